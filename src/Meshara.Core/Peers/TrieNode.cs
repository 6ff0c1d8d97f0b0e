using System.Numerics;

namespace Meshara.Core.Peers;

/// <summary>
/// A node of a <see cref="HashTrie{TKey,TLeaf}"/>: a bit for each way that is taken, and what stands there, in the order of the bits. It is of
/// no type parameter: what it is can be told by one comparison then.
/// </summary>
/// <param name="bits">The ways that are taken.</param>
/// <param name="below">
/// Those of them that lead to another node, not to a leaf: so a walk need not touch a leaf to know that it is one. Most of the time of a walk
/// would be spent waiting for memory that way.
/// </param>
/// <param name="slots">What stands there.</param>
internal sealed class TrieNode(uint bits, uint below, object[] slots)
{
    public uint Bits => bits;

    public uint Below => below;

    public object[] Slots => slots;

    public int PlaceOf(uint bit) => BitOperations.PopCount(bits & (bit - 1));

    /// <summary>With something else on a way that is taken.</summary>
    public TrieNode With(uint bit, object slot) => new(bits, slot is TrieNode ? below | bit : below & ~bit, Replaced(PlaceOf(bit), slot));

    /// <summary>With a leaf on a way that is free.</summary>
    public TrieNode WithLeaf(uint bit, object leaf)
    {
        var place = PlaceOf(bit);
        return new TrieNode(bits | bit, below, [.. slots.AsSpan(0, place), leaf, .. slots.AsSpan(place)]);
    }

    /// <summary>Without that way.</summary>
    public TrieNode Without(uint bit)
    {
        var place = PlaceOf(bit);
        return new TrieNode(bits & ~bit, below & ~bit, [.. slots.AsSpan(0, place), .. slots.AsSpan(place + 1)]);
    }

    /// <summary>The slots with another thing in that place.</summary>
    public object[] Replaced(int place, object slot)
    {
        var changed = (object[])slots.Clone();
        changed[place] = slot;
        return changed;
    }
}
