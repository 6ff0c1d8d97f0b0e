using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Store;

/// <summary>
/// What has changed in small steps since the last flush, coalesced: however much happens, a flush writes at most a few events a
/// peer. A power cut may cost what is in here, and no more.
/// </summary>
internal sealed class Drift
{
    private readonly Dictionary<NodeId, PeerDrift> _peers = [];

    public bool IsEmpty => _peers.Count == 0;

    public void Add(IPeerStoreEvent e)
    {
        if (!_peers.TryGetValue(e.Peer, out var peer))
        {
            _peers.Add(e.Peer, peer = new PeerDrift());
        }

        switch (e)
        {
            case TrafficCounted traffic:
                peer.Traffic = peer.Traffic is { } sum
                    ? traffic with
                    {
                        Sent = sum.Sent + traffic.Sent,
                        Received = sum.Received + traffic.Received,
                        LastSeen = traffic.LastSeen ?? sum.LastSeen,
                    }
                    : traffic;
                break;
            case ReputationChanged change:
                peer.Reputation = change with { Delta = change.Delta + (peer.Reputation?.Delta ?? 0) };
                break;
            case AddressTried tried:
                peer.Addresses[tried.Address] = tried;
                break;
            case AddressHeard heard:
                peer.Addresses.TryAdd(heard.Address, heard);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(e), e, "This is no drift.");
        }
    }

    /// <summary>What is to be written; afterwards there is nothing.</summary>
    public IReadOnlyList<IPeerStoreEvent> Take()
    {
        var events = _peers.Values.SelectMany(p => p.Events).ToList();
        _peers.Clear();
        return events;
    }

    private sealed class PeerDrift
    {
        public TrafficCounted? Traffic { get; set; }

        public ReputationChanged? Reputation { get; set; }

        /// <summary>Bounded by what a peer may say of itself and what is dialled in one flush interval.</summary>
        public Dictionary<PeerAddress, IPeerStoreEvent> Addresses { get; } = [];

        public IEnumerable<IPeerStoreEvent> Events =>
            Addresses.Values.Concat(new IPeerStoreEvent?[] { Reputation, Traffic }.OfType<IPeerStoreEvent>());
    }
}
