using System.Numerics;

namespace Meshara.Core.Peers;

/// <summary>
/// A node of a <see cref="HashTrie{TKey,TLeaf}"/>: a bit for each way that is taken, and what stands there, in the order of the bits. It is of
/// no type parameter: what it is can be told by one comparison then.
/// </summary>
internal sealed class TrieNode(uint bits, object[] slots)
{
    public uint Bits => bits;

    public object[] Slots => slots;

    public int PlaceOf(uint bit) => BitOperations.PopCount(bits & (bit - 1));

    public TrieNode With(int place, object slot)
    {
        var changed = (object[])slots.Clone();
        changed[place] = slot;
        return new TrieNode(bits, changed);
    }
}
