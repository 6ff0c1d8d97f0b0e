using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Store;

/// <summary>All that is known of peers, immutable: what the events so far come to. Replay is pure; no clock is read.</summary>
internal sealed record PeerLedger
{
    public static readonly PeerLedger Empty = new();

    public ImmutableDictionary<NodeId, KnownPeer> Peers { get; init; } = ImmutableDictionary<NodeId, KnownPeer>.Empty;

    /// <summary>Which peer's key is pinned at an address; at most one.</summary>
    public ImmutableDictionary<PeerAddress, NodeId> Pins { get; init; } = ImmutableDictionary<PeerAddress, NodeId>.Empty;

    public KnownPeer? this[NodeId peer] => Peers.GetValueOrDefault(peer);

    public static PeerLedger Of(IEnumerable<KnownPeer> peers)
    {
        var all = peers.ToImmutableDictionary(p => p.Id);
        var pins = ImmutableDictionary.CreateBuilder<PeerAddress, NodeId>();
        foreach (var peer in all.Values)
        {
            foreach (var address in peer.Addresses.Where(a => a.Proven))
            {
                pins[address.Address] = peer.Id;
            }
        }

        return new PeerLedger { Peers = all, Pins = pins.ToImmutable() };
    }

    /// <exception cref="InvalidOperationException">An event that this version does not know: it must not be passed over.</exception>
    public PeerLedger Apply(IPeerStoreEvent e)
    {
        if (e is PeerLearned learned)
        {
            return Peers.ContainsKey(e.Peer) ? this : With(new KnownPeer
            {
                Id = e.Peer, Key = learned.Key, Source = learned.Source, FirstSeen = e.At, LastSeen = e.At,
            });
        }

        if (this[e.Peer] is not { } peer)
        {
            // It was forgotten before; what comes after that is about nobody.
            return this;
        }

        return e switch
        {
            PeerWanted => With(peer with { Manual = true, RemovedUntil = null }),
            KeyPinned pinned => Pin(peer, pinned.Address),
            AddressHeard heard => With(peer.Hears(heard.Address)),
            AddressTried tried => With(peer.Tried(tried.Address, tried.Failure, tried.At)),
            ReputationChanged changed => With(peer with { Reputation = changed.Result }),
            PeerBanned banned => With(peer with { Ban = new Ban(banned.Until, banned.Cause, banned.Count) }),
            PeerUnbanned => With(peer with { Ban = peer.Ban is { } ban ? ban with { Until = e.At } : null, Reputation = Reputation.New }),
            PeerRemoved removed => Unpin(peer).With(peer with { Manual = false, Addresses = [], RemovedUntil = removed.Until }),
            PeerForgotten => Unpin(peer) with { Peers = Peers.Remove(e.Peer) },
            TrafficCounted traffic => With(peer with
            {
                BytesSent = peer.BytesSent + traffic.Sent,
                BytesReceived = peer.BytesReceived + traffic.Received,
                LastSeen = traffic.LastSeen > peer.LastSeen || peer.LastSeen is null ? traffic.LastSeen ?? peer.LastSeen : peer.LastSeen,
            }),
            _ => throw new InvalidOperationException($"The peer store holds an event that this version does not know: {e.GetType().Name}."),
        };
    }

    private PeerLedger With(KnownPeer peer) => this with { Peers = Peers.SetItem(peer.Id, peer) };

    private PeerLedger Pin(KnownPeer peer, PeerAddress address)
    {
        var ledger = this;
        if (Pins.TryGetValue(address, out var former) && former != peer.Id && this[former] is { } other)
        {
            ledger = ledger.With(other with { Addresses = other.Addresses.RemoveAll(a => a.Address == address) });
        }

        return ledger.With(peer.Pins(address)) with { Pins = Pins.SetItem(address, peer.Id) };
    }

    private PeerLedger Unpin(KnownPeer peer) => this with
    {
        Pins = Pins.RemoveRange(peer.Addresses.Where(a => Pins.GetValueOrDefault(a.Address) == peer.Id).Select(a => a.Address)),
    };
}
