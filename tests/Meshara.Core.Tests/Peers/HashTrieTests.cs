using CsCheck;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class HashTrieTests
{
    /// <summary>Keys that often share the first bits of their hash, and sometimes all 64.</summary>
    private static readonly Gen<Key> Keys = Gen.Select(
        Gen.OneOf(Array.ConvertAll([0UL, 1UL, 31UL, 1UL << 59, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 1], Gen.Const)), Gen.Int[0, 3], (hash, n) => new Key(hash, n));

    private static readonly Gen<(Key Key, int Value, bool Remove)[]> Changes = Gen.Select(Keys, Gen.Int[0, 9], Gen.Bool).Array[0, 80];

    [Fact]
    public void It_holds_what_a_dictionary_would() => Changes.Sample(changes =>
    {
        var (trie, plain) = (HashTrie<Key, Leaf>.Empty, new Dictionary<Key, int>());
        foreach (var (key, value, remove) in changes)
        {
            var before = trie;
            var countBefore = plain.Count;
            trie = remove ? trie.Remove(key) : trie.SetItem(new Leaf(key, value));
            before.Count.ShouldBe(countBefore, "what was there before stays as it was");
            before.Values.Count().ShouldBe(countBefore);
            _ = remove ? plain.Remove(key) : (plain[key] = value) == value;
        }

        trie.Count.ShouldBe(plain.Count);
        trie.Select(l => (l.Key, l.Value.Value)).ShouldBe(plain.Select(p => (p.Key, p.Value)), ignoreOrder: true);
        plain.ShouldAllBe(p => trie[p.Key].Value == p.Value && trie.ContainsKey(p.Key));
        trie.ContainsKey(new Key(7, 7)).ShouldBeFalse();
        Should.Throw<KeyNotFoundException>(() => trie[new Key(7, 7)]);
    });

    [Fact]
    public void Built_at_once_it_is_walked_like_one_that_grew_and_may_go_on_to_change() => Changes.Sample(changes =>
    {
        var leaves = changes.DistinctBy(c => c.Key).Select(c => new Leaf(c.Key, c.Value)).ToArray();
        var grown = leaves.Aggregate(HashTrie<Key, Leaf>.Empty, (trie, leaf) => trie.SetItem(leaf));

        var built = HashTrie<Key, Leaf>.Of([.. leaves]);

        built.Count.ShouldBe(leaves.Length);
        built.Keys.Select(k => k.Hash).ShouldBe(grown.Keys.Select(k => k.Hash));
        built.Values.ShouldBe(grown.Values, ignoreOrder: true);
        leaves.Aggregate(built, (trie, leaf) => trie.Remove(leaf.Key)).ShouldBeEmpty();
    });

    [Fact]
    public void It_is_walked_in_the_order_of_the_hashes() => Keys.Array[0, 60].Sample(keys =>
        HashTrie<Key, Leaf>.Of([.. keys.Distinct().Select(k => new Leaf(k, 0))]).Keys.Select(k => k.Hash)
            .ShouldBe(keys.Distinct().Select(k => k.Hash).Order()));

    [Fact]
    public void A_key_that_stands_there_twice_is_merged_or_refused()
    {
        Leaf[] twice = [new(new Key(1, 1), 3), new(new Key(1, 2), 10), new(new Key(1, 1), 4)];

        HashTrie<Key, Leaf>.Of([.. twice], (a, b) => a with { Value = a.Value + b.Value }).Values.Select(l => l.Value).ShouldBe([7, 10], ignoreOrder: true);
        Should.Throw<ArgumentException>(() => HashTrie<Key, Leaf>.Of([.. twice]));
    }

    [Fact]
    public void A_hundred_thousand_take_few_bytes_beside_themselves()
    {
        var random = new Random(1);
        var leaves = Enumerable.Range(0, 100_000).Select(n => new Leaf(new Key((ulong)random.NextInt64() << 1, n), n)).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var trie = HashTrie<Key, Leaf>.Of(leaves);

        // Eight of these are the hashes that it was built by, which are gone by now.
        ((GC.GetAllocatedBytesForCurrentThread() - before) / trie.Count).ShouldBeLessThan(8 + 40);
    }

    public readonly record struct Key(ulong Hash, int Number);

    private sealed record Leaf(Key Key, int Value) : ITrieLeaf<Key>
    {
        public static ulong HashOf(Key key) => key.Hash;
    }
}
