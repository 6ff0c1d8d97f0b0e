using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreEvents;
using static Meshara.Actors.Store.RangeBanEvents;

namespace Meshara.Actors.Store;

/// <summary>All that is known of peers, and which ranges of addresses are banned: what the stored events add up to. Immutable; applying an event is pure.</summary>
internal sealed class StoredPeers
{
    public static readonly StoredPeers Empty = new(
        ImmutableDictionary<NodeId, KnownPeer>.Empty,
        ImmutableDictionary<PeerAddress, NodeId>.Empty,
        ImmutableDictionary<PeerAddress, ImmutableHashSet<NodeId>>.Empty);

    private StoredPeers(
        ImmutableDictionary<NodeId, KnownPeer> peers,
        ImmutableDictionary<PeerAddress, NodeId> pins,
        ImmutableDictionary<PeerAddress, ImmutableHashSet<NodeId>> claims)
    {
        Peers = peers;
        Pins = pins;
        Claims = claims;
    }

    public ImmutableDictionary<NodeId, KnownPeer> Peers { get; }

    /// <summary>Which peer each proven address is pinned to.</summary>
    public ImmutableDictionary<PeerAddress, NodeId> Pins { get; }

    /// <summary>
    /// Which peers each address is remembered of, proven or not: a search through all peers for each pin would cost a
    /// millisecond.
    /// </summary>
    public ImmutableDictionary<PeerAddress, ImmutableHashSet<NodeId>> Claims { get; }

    public RangeBans Ranges { get; private init; } = RangeBans.None;

    public static StoredPeers Of(IEnumerable<KnownPeer> peers, RangeBans? ranges = null) =>
        peers.Aggregate(Empty.With(ranges ?? RangeBans.None), (book, peer) => book.With(peer));

    public StoredPeers Apply(IStoreEvent e) => e switch
    {
        IPeerStoreEvent about => Apply(about),
        RangeBanned b => With(Ranges.With(new RangeBan(b.Range, b.At, b.Until, b.Note))),
        RangeUnbanned b => With(Ranges.Without(b.Range)),
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
        var kept = peer.Addresses.RemoveAll(a => !a.Proven && peer.Record is { } old && old.Addresses.Contains(a.Address) && !e.Addresses.Contains(a.Address));
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
        var before = Peers.GetValueOrDefault(peer.Id);
        var peers = Peers.SetItem(peer.Id, peer);
        if (before is null ? peer.Addresses.IsEmpty : before.Addresses == peer.Addresses)
        {
            return new StoredPeers(peers, Pins, Claims) { Ranges = Ranges };
        }

        var (pins, claims) = before is null ? (Pins, Claims) : WithoutAddresses(before);
        foreach (var address in peer.Addresses)
        {
            pins = address.Proven ? pins.SetItem(address.Address, peer.Id) : pins;
            claims = claims.SetItem(address.Address, claims.GetValueOrDefault(address.Address, []).Add(peer.Id));
        }

        return new StoredPeers(peers, pins, claims) { Ranges = Ranges };
    }

    private StoredPeers With(RangeBans ranges) => new(Peers, Pins, Claims) { Ranges = ranges };

    private StoredPeers Without(KnownPeer peer)
    {
        var (pins, claims) = WithoutAddresses(peer);
        return new StoredPeers(Peers.Remove(peer.Id), pins, claims) { Ranges = Ranges };
    }

    private (ImmutableDictionary<PeerAddress, NodeId> Pins, ImmutableDictionary<PeerAddress, ImmutableHashSet<NodeId>> Claims)
        WithoutAddresses(KnownPeer peer)
    {
        var (pins, claims) = (Pins, Claims);
        foreach (var address in peer.Addresses)
        {
            pins = address.Proven ? pins.Remove(address.Address) : pins;
            var others = claims[address.Address].Remove(peer.Id);
            claims = others.IsEmpty ? claims.Remove(address.Address) : claims.SetItem(address.Address, others);
        }

        return (pins, claims);
    }
}
