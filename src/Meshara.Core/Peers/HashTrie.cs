using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Meshara.Core.Peers;

/// <summary>What stands in a <see cref="HashTrie{TKey,TLeaf}"/>: it carries its own key.</summary>
internal interface ITrieLeaf<TKey>
{
    TKey Key { get; }

    /// <summary>64 bits that are spread evenly over all keys; nobody else may be able to choose many keys that share them.</summary>
    static abstract ulong HashOf(TKey key);
}

/// <summary>
/// An immutable dictionary of things that carry their own keys: a hash array mapped trie (P. Bagwell, "Ideal Hash Trees", 2001), five bits of
/// the hash a level. A change copies the few nodes on its way, and everything else is shared with the one before. What it takes beside its
/// leaves is some 25 bytes each; an ImmutableDictionary takes 88 where the key is a node id. It is walked in the order of the hashes.
/// </summary>
internal sealed class HashTrie<TKey, TLeaf> : IReadOnlyDictionary<TKey, TLeaf>
    where TKey : IEquatable<TKey>
    where TLeaf : class, ITrieLeaf<TKey>
{
    public static readonly HashTrie<TKey, TLeaf> Empty = new(null, 0);

    private const int BitsOfLevel = 5;

    /// <summary>Below it all 64 bits are used up: what shares them stands in one list.</summary>
    private const int DeepestLevel = (64 + BitsOfLevel - 1) / BitsOfLevel;

    /// <summary>Null, a leaf, or a <see cref="TrieNode"/>.</summary>
    private readonly object? _root;

    private HashTrie(object? root, int count) => (_root, Count) = (root, count);

    public int Count { get; }

    public IEnumerable<TKey> Keys => Values.Select(leaf => leaf.Key);

    public IEnumerable<TLeaf> Values
    {
        get
        {
            if (_root is not TrieNode root)
            {
                if (_root is not null)
                {
                    yield return (TLeaf)_root;
                }

                yield break;
            }

            // The way down to where the walk is, the next slot on each level, and the bits of the ways from there on.
            var way = new (TrieNode Node, int Next, uint Bits)[DeepestLevel + 1];
            var level = 0;
            way[0] = (root, 0, root.Bits);
            while (level >= 0)
            {
                var (node, next, bits) = way[level];
                if (next == node.Slots.Length)
                {
                    level--;
                    continue;
                }

                way[level] = (node, next + 1, bits & (bits - 1));
                if ((node.Below & bits & (0 - bits)) != 0)
                {
                    var below = Unsafe.As<TrieNode>(node.Slots[next]);
                    way[++level] = (below, 0, below.Bits);
                }
                else
                {
                    yield return Unsafe.As<TLeaf>(node.Slots[next]);
                }
            }
        }
    }

    public TLeaf this[TKey key] => TryGetValue(key, out var leaf) ? leaf : throw new KeyNotFoundException();

    /// <summary>All at once, which is several times as quick as one after the other.</summary>
    /// <param name="leaves">They are put in another order.</param>
    /// <param name="merge">Makes one leaf of two with the same key; without it there must be none.</param>
    /// <exception cref="ArgumentException">A key stands there twice.</exception>
    public static HashTrie<TKey, TLeaf> Of(TLeaf[] leaves, Func<TLeaf, TLeaf, TLeaf>? merge = null)
    {
        var sorted = leaves;
        var hashes = Array.ConvertAll(sorted, leaf => TLeaf.HashOf(leaf.Key));
        Array.Sort(hashes, sorted);
        var count = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var same = SameBefore(count, i);
            if (same < 0)
            {
                (hashes[count], sorted[count]) = (hashes[i], sorted[i]);
                count++;
            }
            else
            {
                sorted[same] = merge?.Invoke(sorted[same], sorted[i]) ?? throw new ArgumentException($"{sorted[i].Key} stands there twice.", nameof(leaves));
            }
        }

        return new HashTrie<TKey, TLeaf>(Build(sorted.AsSpan(0, count), hashes.AsSpan(0, count), 0), count);

        int SameBefore(int end, int of)
        {
            for (var n = end - 1; n >= 0 && hashes[n] == hashes[of]; n--)
            {
                if (sorted[n].Key.Equals(sorted[of].Key))
                {
                    return n;
                }
            }

            return -1;
        }
    }

    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TLeaf value)
    {
        var (hash, level, at) = (TLeaf.HashOf(key), 0, _root);
        while (at is TrieNode node)
        {
            if (level == DeepestLevel)
            {
                at = IndexOf(node, key) is >= 0 and var place ? node.Slots[place] : null;
                break;
            }

            var bit = BitAt(hash, level++);
            at = (node.Bits & bit) == 0 ? null : node.Slots[node.PlaceOf(bit)];
        }

        value = at is TLeaf found && found.Key.Equals(key) ? found : null;
        return value is not null;
    }

    /// <summary>With that leaf, in the place of the one with the same key if there is one.</summary>
    public HashTrie<TKey, TLeaf> SetItem(TLeaf leaf)
    {
        var isNew = false;
        var root = Set(_root, leaf, TLeaf.HashOf(leaf.Key), 0, ref isNew);
        return new HashTrie<TKey, TLeaf>(root, isNew ? Count + 1 : Count);
    }

    public HashTrie<TKey, TLeaf> Remove(TKey key) => ContainsKey(key)
        ? new HashTrie<TKey, TLeaf>(Without(_root!, key, TLeaf.HashOf(key), 0), Count - 1)
        : this;

    public IEnumerator<KeyValuePair<TKey, TLeaf>> GetEnumerator() => Values.Select(leaf => KeyValuePair.Create(leaf.Key, leaf)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Which of 32 ways the hash goes at that level, the highest bits first, as a single bit.</summary>
    private static uint BitAt(ulong hash, int level) => 1u << (int)((hash << (level * BitsOfLevel)) >> (64 - BitsOfLevel));

    /// <summary>Where the key stands among those that share all 64 bits; -1 if it does not. (A lambda here would make an object for each look-up.)</summary>
    private static int IndexOf(TrieNode node, TKey key)
    {
        for (var i = 0; i < node.Slots.Length; i++)
        {
            if (((TLeaf)node.Slots[i]).Key.Equals(key))
            {
                return i;
            }
        }

        return -1;
    }

    /// <param name="leaves">In the order of their hashes.</param>
    private static object? Build(ReadOnlySpan<TLeaf> leaves, ReadOnlySpan<ulong> hashes, int level)
    {
        if (leaves.Length <= 1)
        {
            return leaves.IsEmpty ? null : leaves[0];
        }

        if (level == DeepestLevel)
        {
            return new TrieNode(0, 0, [.. leaves]);
        }

        Span<int> ends = stackalloc int[32];
        var (bits, below, ways) = (0u, 0u, 0);
        for (var i = 0; i < hashes.Length; i++)
        {
            var bit = BitAt(hashes[i], level);
            ways += (bits & bit) == 0 ? 1 : 0;
            below |= bits & bit;
            bits |= bit;
            ends[ways - 1] = i + 1;
        }

        var slots = new object[ways];
        for (var (way, start) = (0, 0); way < ways; start = ends[way++])
        {
            slots[way] = Build(leaves[start..ends[way]], hashes[start..ends[way]], level + 1)!;
        }

        return new TrieNode(bits, below, slots);
    }

    private static object Set(object? at, TLeaf leaf, ulong hash, int level, ref bool isNew)
    {
        switch (at)
        {
            case TrieNode node when level == DeepestLevel:
                var same = IndexOf(node, leaf.Key);
                isNew = same < 0;
                return new TrieNode(0, 0, same < 0 ? [.. node.Slots, leaf] : node.Replaced(same, leaf));
            case TrieNode node:
                var bit = BitAt(hash, level);
                if ((node.Bits & bit) != 0)
                {
                    return node.With(bit, Set(node.Slots[node.PlaceOf(bit)], leaf, hash, level + 1, ref isNew));
                }

                isNew = true;
                return node.WithLeaf(bit, leaf);
            case TLeaf other when !other.Key.Equals(leaf.Key):
                isNew = true;
                return Join(other, TLeaf.HashOf(other.Key), leaf, hash, level);
            default:
                isNew = at is null;
                return leaf;
        }
    }

    private static TrieNode Join(TLeaf one, ulong hashOfOne, TLeaf other, ulong hashOfOther, int level)
    {
        if (level == DeepestLevel)
        {
            return new TrieNode(0, 0, [one, other]);
        }

        var (a, b) = (BitAt(hashOfOne, level), BitAt(hashOfOther, level));
        return a == b ? new TrieNode(a, a, [Join(one, hashOfOne, other, hashOfOther, level + 1)])
            : new TrieNode(a | b, 0, a < b ? [one, other] : [other, one]);
    }

    private static object? Without(object at, TKey key, ulong hash, int level)
    {
        if (at is not TrieNode node)
        {
            return null;
        }

        if (level == DeepestLevel)
        {
            var place = IndexOf(node, key);
            return Collapsed(new TrieNode(0, 0, [.. node.Slots.AsSpan(0, place), .. node.Slots.AsSpan(place + 1)]));
        }

        var bit = BitAt(hash, level);
        var below = Without(node.Slots[node.PlaceOf(bit)], key, hash, level + 1);
        return Collapsed(below is null ? node.Without(bit) : node.With(bit, below));
    }

    /// <summary>A single leaf stands for the node that it is left in, so that the same leaves always make the same trie.</summary>
    private static object Collapsed(TrieNode node) => node.Slots is [TLeaf only] ? only : node;
}
