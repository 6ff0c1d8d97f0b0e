using System.Numerics;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>A peer in the address book: where it is said to be, or was proven to be.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Address">Where.</param>
/// <param name="Source">Who told of it, by network group; see <see cref="AddressBook.SourceOf"/>.</param>
internal sealed record BookEntry(NodeId Peer, PeerAddress Address, string Source);

/// <summary>What came of hearing of a peer.</summary>
/// <param name="Taken">Whether it has a place now.</param>
/// <param name="Displaced">Who had the place before, and was of no use.</param>
internal readonly record struct Heard(bool Taken, NodeId? Displaced = null);

/// <summary>
/// Which of the peers that others tell of are remembered, and which proven ones are preferred: a *new* and a *tried* table of buckets,
/// after Bitcoin Core's addrman (E. Heilman et al., "Eclipse Attacks on Bitcoin's Peer-to-Peer Network", USENIX Security 2015). Where a
/// peer belongs follows from a secret, so that nobody can aim at a place. Owned by one actor; the same calls give the same book.
/// </summary>
internal sealed class AddressBook(ReadOnlyMemory<byte> secret)
{
    public const int BucketSize = 32;

    /// <summary>8,192 places for those heard of.</summary>
    public const int NewBuckets = 256;

    /// <summary>Of which one source reaches 512, a sixteenth: a flood from one place fills no more (poisoning of the table).</summary>
    public const int NewBucketsPerSource = 16;

    /// <summary>2,048 places for those proven.</summary>
    public const int TriedBuckets = 64;

    /// <summary>Of which one network group reaches 128: many addresses of one provider do not crowd out the others.</summary>
    public const int TriedBucketsPerGroup = 4;

    /// <summary>Proven newcomers that wait for the test of the one in their place; more are not waited for.</summary>
    public const int MaxWaiting = 16;

    private readonly SipHash _hash = SipHash.With(secret.Span);
    private readonly Table _new = new(NewBuckets);
    private readonly Table _tried = new(TriedBuckets);

    /// <summary>Proven newcomers by the peer that has their place.</summary>
    private readonly Dictionary<NodeId, BookEntry> _waiting = [];

    public int NewCount => _new.Count;

    public int TriedCount => _tried.Count;

    /// <summary>
    /// Those that must prove themselves again, because a proven newcomer has their place. Test before evict: an attacker who proves
    /// address after address pushes out nobody who is still there.
    /// </summary>
    public IEnumerable<BookEntry> ToTest => _waiting.Keys.Select(p => _tried[p]).OfType<BookEntry>();

    public bool IsTried(NodeId peer) => _tried[peer] is not null;

    public bool IsNew(NodeId peer) => _new[peer] is not null;

    /// <summary>Who counts as one teller: a network group; on a local network, where all are of one, the teller itself.</summary>
    public static string SourceOf(NodeId teller, PeerAddress? from) =>
        from is not null && NetworkGroup.Of(from) is { IsLocal: false } group ? group.ToString() : teller.ToString();

    /// <summary>Somebody told of a peer. It gets a free place, or that of one who is of no use, and else none.</summary>
    public Heard Hear(BookEntry entry, Func<NodeId, bool> isUseless)
    {
        if (_new[entry.Peer] is not null || _tried[entry.Peer] is not null)
        {
            return new Heard(Taken: true);
        }

        var place = NewPlaceOf(entry);
        if (_new[place] is { } occupant)
        {
            if (!isUseless(occupant.Peer))
            {
                return new Heard(Taken: false);
            }

            _new.Remove(occupant.Peer);
            _new.Put(place, entry);
            return new Heard(Taken: true, occupant.Peer);
        }

        _new.Put(place, entry);
        return new Heard(Taken: true);
    }

    /// <summary>The peer's key answered at the address. Where its place is taken, it waits for the test of the one who has it.</summary>
    public void Prove(NodeId peer, PeerAddress address)
    {
        if (_tried[peer]?.Address == address)
        {
            return;
        }

        var entry = new BookEntry(peer, address, SourceOf(peer, address));
        var place = TriedPlaceOf(entry);
        if (_tried[place] is not { } occupant)
        {
            _new.Remove(peer);
            _tried.Remove(peer);
            _tried.Put(place, entry);
        }
        else if (_tried[peer] is null && _waiting.Count < MaxWaiting)
        {
            // Who has another place already keeps that.
            _waiting.TryAdd(occupant.Peer, entry);
        }
    }

    /// <summary>A peer was dialled. One that stood in the way of a proven newcomer keeps its place if it answered.</summary>
    public void Tested(NodeId peer, bool answered)
    {
        if (!_waiting.Remove(peer, out var newcomer) || answered || _tried[peer] is not { } old)
        {
            return;
        }

        _tried.Remove(peer);
        Prove(newcomer.Peer, newcomer.Address);
        Hear(old, _ => false);
    }

    public void Remove(NodeId peer)
    {
        _new.Remove(peer);
        _tried.Remove(peer);
        _waiting.Remove(peer);
        foreach (var (occupant, _) in _waiting.Where(w => w.Value.Peer == peer).ToList())
        {
            _waiting.Remove(occupant);
        }
    }

    /// <summary>
    /// Somebody at random: a table by the toss of a coin, a bucket, a place. So a range that fills many places is not likelier than its
    /// buckets are, and neither hearsay nor the past alone decides. Null if both tables are empty.
    /// </summary>
    public BookEntry? Pick(Random random) => random.Next(2) == 0
        ? _tried.Pick(random) ?? _new.Pick(random)
        : _new.Pick(random) ?? _tried.Pick(random);

    private (int Bucket, int Place) NewPlaceOf(BookEntry entry)
    {
        var slice = Hash($"slice {entry.Source} {GroupOf(entry.Address)}") % NewBucketsPerSource;
        var bucket = (int)(Hash($"new {entry.Source} {slice}") % NewBuckets);
        return (bucket, PlaceIn(bucket, entry.Address));
    }

    private (int Bucket, int Place) TriedPlaceOf(BookEntry entry)
    {
        var slice = Hash($"slice {entry.Address}") % TriedBucketsPerGroup;
        var bucket = (int)(Hash($"tried {GroupOf(entry.Address)} {slice}") % TriedBuckets);
        return (bucket, PlaceIn(bucket + NewBuckets, entry.Address));
    }

    private int PlaceIn(int bucket, PeerAddress address) => (int)(Hash($"place {bucket} {address}") % BucketSize);

    /// <summary>On a local network, or one host, each address stands for itself: its peers would share one bucket otherwise.</summary>
    private static string GroupOf(PeerAddress address) => NetworkGroup.Of(address) is { IsLocal: false } group ? group.ToString() : address.ToString();

    private ulong Hash(string text) => _hash.Of(text);

    /// <summary>Buckets of places, and where each peer is.</summary>
    private sealed class Table(int buckets)
    {
        private readonly BookEntry?[] _places = new BookEntry?[buckets * BucketSize];

        /// <summary>A bit for each place of a bucket that is taken.</summary>
        private readonly uint[] _taken = new uint[buckets];
        private readonly Dictionary<NodeId, int> _index = [];

        public int Count => _index.Count;

        public BookEntry? this[NodeId peer] => _index.TryGetValue(peer, out var at) ? _places[at] : null;

        public BookEntry? this[(int Bucket, int Place) place] => _places[(place.Bucket * BucketSize) + place.Place];

        public void Put((int Bucket, int Place) place, BookEntry entry)
        {
            var at = (place.Bucket * BucketSize) + place.Place;
            _places[at] = entry;
            _taken[place.Bucket] |= 1u << place.Place;
            _index[entry.Peer] = at;
        }

        public void Remove(NodeId peer)
        {
            if (_index.Remove(peer, out var at))
            {
                _places[at] = null;
                _taken[at / BucketSize] &= ~(1u << (at % BucketSize));
            }
        }

        public BookEntry? Pick(Random random)
        {
            if (_index.Count == 0)
            {
                return null;
            }

            // A bucket that is not empty, and a place in it that is not, each from a random start onwards.
            for (var (bucket, tries) = (random.Next(buckets), 0); tries < buckets; tries++, bucket = (bucket + 1) % buckets)
            {
                var start = random.Next(BucketSize);
                if (_taken[bucket] is not 0 and var taken)
                {
                    var steps = BitOperations.TrailingZeroCount(BitOperations.RotateRight(taken, start));
                    return _places[(bucket * BucketSize) + ((start + steps) % BucketSize)];
                }
            }

            return null;
        }
    }
}
