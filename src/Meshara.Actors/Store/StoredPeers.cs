using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreEvents;
using static Meshara.Actors.Store.RangeBanEvents;

namespace Meshara.Actors.Store;

/// <summary>All that is known of peers, and which ranges of addresses are banned: what the stored events add up to. Immutable; applying an event is pure.</summary>
internal sealed class StoredPeers
{
    public static readonly StoredPeers Empty = new(HashTrie<NodeId, KnownPeer>.Empty, AddressIndex.Empty);

    private readonly Lazy<AddressIndex> _index;

    private StoredPeers(HashTrie<NodeId, KnownPeer> peers, AddressIndex index) => (Peers, _index) = (peers, new Lazy<AddressIndex>(index));

    private StoredPeers(HashTrie<NodeId, KnownPeer> peers, Lazy<AddressIndex> index) => (Peers, _index) = (peers, index);

    public HashTrie<NodeId, KnownPeer> Peers { get; }

    /// <summary>Which peers each address is remembered of, proven or not: a search through all peers for each pin would cost milliseconds.</summary>
    public AddressIndex Index => _index.Value;

    /// <summary>Which peer each proven address is pinned to.</summary>
    public IEnumerable<KeyValuePair<PeerAddress, NodeId>> Pins =>
        from peer in Peers.Values from address in peer.Addresses where address.Proven select KeyValuePair.Create(address.Address, peer.Id);

    public RangeBans Ranges { get; private init; } = RangeBans.None;

    /// <summary>The index is made on another core meanwhile: a node that starts goes on without it until the first change.</summary>
    public static StoredPeers Of(IEnumerable<KnownPeer> peers, RangeBans? ranges = null)
    {
        KnownPeer[] all = [.. peers];
        var index = new Lazy<AddressIndex>(() => AddressIndex.Of(all));
        _ = Task.Run(() => index.Value);
        return new StoredPeers(HashTrie<NodeId, KnownPeer>.Of([.. all]), index) { Ranges = ranges ?? RangeBans.None };
    }

    /// <summary>The peer that has proven to be at the address; null if none has.</summary>
    public NodeId? HolderOf(PeerAddress address)
    {
        foreach (var peer in Index.PeersAt(address))
        {
            if (Peers[peer].Addresses.Any(a => a.Proven && a.Address == address))
            {
                return peer;
            }
        }

        return null;
    }

    public StoredPeers Apply(IStoreEvent e) => e switch
    {
        IPeerStoreEvent about => Apply(about),
        DriftFlushed flushed => flushed.Events.Aggregate(this, (book, about) => book.Apply(about)),
        RangeBanned b => With(Ranges.With(new RangeBan(b.Range, b.At, b.Until, b.Note))),
        RangeUnbanned b => With(Ranges.Without(b.Range)),
        OutageEnded => this,
        _ => throw new InvalidOperationException($"The peer store has no rule for the event {e.GetType().Name}."),
    };

    /// <summary>The book after <paramref name="e"/>, which changes no peer but its own.</summary>
    public StoredPeers Apply(IPeerStoreEvent e)
    {
        if (e is PeerLearned learned)
        {
            return With(Learn(Peers.GetValueOrDefault(e.Peer), learned));
        }

        if (e is RecordLearned record)
        {
            return With(Learn(Peers.GetValueOrDefault(e.Peer), record));
        }

        if (e is PeerImported imported)
        {
            return With(imported.Known);
        }

        // What happened to a peer after it was forgotten has no bearing on anything that is known.
        if (!Peers.TryGetValue(e.Peer, out var peer))
        {
            return this;
        }

        return e switch
        {
            Forgotten => Without(peer),
            KeyPinned pinned => With(Put(peer, new KnownAddress(pinned.Address, Proven: true, LastTry: pinned.At))),
            AddressHeard heard => With(Put(peer, new KnownAddress(heard.Address))),
            AddressForgotten lost => With(peer with { Addresses = peer.Addresses.RemoveAll(a => a.Address == lost.Address) }),
            DialEnded dial => With(Tried(peer, dial)),
            ReputationChanged r => With(peer with
            {
                Reputation = new Reputation(r.Score, r.At, r.Gained, r.MinuteBegan),
                History = peer.History.With(new ReputationEntry(r.At, ReputationStep.Judged, r.Cause, r.Delta, r.Score)),
            }),
            Banned b => With(peer with
            {
                Ban = new Ban(b.Until, b.Cause, b.Count, b.Note),
                Reputation = peer.Reputation with { Score = b.Score, At = b.Until },
                History = peer.History.With(new ReputationEntry(b.At, ReputationStep.Banned, b.Cause, 0, b.Score) { Until = b.Until, Note = b.Note }),
            }),
            Unbanned => With(peer with
            {
                Ban = null,
                Reputation = peer.Reputation with { Score = 0, At = e.At },
                History = peer.History.With(
                    new ReputationEntry(e.At, ReputationStep.Unbanned, ReputationCause.Operator, 0 - peer.Reputation.Score, 0)),
            }),
            Removed removed => With(peer with { Manual = false, Addresses = [], RemovedUntil = removed.Until }),
            TrafficCounted t => With(peer with
            {
                BytesSent = peer.BytesSent + t.Sent,
                BytesReceived = peer.BytesReceived + t.Received,
                LastSeen = Later(peer.LastSeen, t.LastSeen),
            }),
            _ => throw new InvalidOperationException($"The peer store has no rule for the event {e.GetType().Name}."),
        };
    }

    internal static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b ?? a : a;

    private static KnownPeer Learn(KnownPeer? known, PeerLearned e) => known switch
    {
        null => new KnownPeer
        {
            Id = e.Peer, Key = e.Key, Source = e.Source, FirstSeen = e.At, LastSeen = e.At, Manual = e.Manual,
        },
        _ when e.Manual => known with { Manual = true, RemovedUntil = null },
        _ => known,
    };

    /// <summary>What the record before named, and nobody proved, goes with it; what is proven stays.</summary>
    private static KnownPeer Learn(KnownPeer? known, RecordLearned e)
    {
        var peer = known ?? new KnownPeer
        {
            Id = e.Peer, Key = e.Record.Content.Key, Source = PeerSource.Exchange, FirstSeen = e.At, ToldBy = e.Teller,
        };
        var before = peer.Record?.Addresses ?? [];
        var kept = peer.Addresses.RemoveAll(a => !a.Proven && before.Contains(a.Address) && !e.Addresses.Contains(a.Address));
        var added = e.Addresses.Where(a => kept.All(k => k.Address != a)).Take(KnownPeer.MaxAddresses - kept.Length);
        return peer with { Record = e.Record, Addresses = kept.AddRange(added.Select(a => new KnownAddress(a))) };
    }

    private static KnownPeer Put(KnownPeer peer, KnownAddress address)
    {
        var at = IndexOf(peer, address.Address);
        return peer with { Addresses = at < 0 ? peer.Addresses.Add(address) : peer.Addresses.SetItem(at, address) };
    }

    private static KnownPeer Tried(KnownPeer peer, DialEnded dial)
    {
        var at = IndexOf(peer, dial.Address);
        return at < 0
            ? peer
            : peer with
            {
                Addresses = peer.Addresses.SetItem(
                    at, peer.Addresses[at] with { LastTry = dial.At, LastFailure = dial.Failure, Failures = dial.Failures }),
            };
    }

    private static int IndexOf(KnownPeer peer, PeerAddress address)
    {
        for (var i = 0; i < peer.Addresses.Length; i++)
        {
            if (peer.Addresses[i].Address == address)
            {
                return i;
            }
        }

        return -1;
    }

    private StoredPeers With(KnownPeer peer)
    {
        var before = Peers.GetValueOrDefault(peer.Id)?.Addresses ?? [];
        var peers = Peers.SetItem(peer);
        return before == peer.Addresses
            ? new StoredPeers(peers, _index) { Ranges = Ranges }
            : new StoredPeers(peers, Index.Moved(peer.Id, before, peer.Addresses)) { Ranges = Ranges };
    }

    private StoredPeers With(RangeBans ranges) => new(Peers, _index) { Ranges = ranges };

    private StoredPeers Without(KnownPeer peer) => new(Peers.Remove(peer.Id), Index.Moved(peer.Id, peer.Addresses, [])) { Ranges = Ranges };
}
