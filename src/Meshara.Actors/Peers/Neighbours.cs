using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Actors.Discovery;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>Who says that it is on the local network now. Owned by the supervisor.</summary>
/// <param name="discovery">Who told of them; nobody when the method is not enabled.</param>
internal sealed class Neighbours(IActorRef discovery)
{
    private readonly Dictionary<NodeId, LanPeer> _seen = [];

    public IEnumerable<LanPeer> All => _seen.Values;

    public LanPeer? this[NodeId peer] => _seen.GetValueOrDefault(peer);

    public ImmutableArray<PeerAddress> AddressesOf(NodeId peer) => this[peer]?.Addresses ?? [];

    /// <summary>True if it was not seen before.</summary>
    public bool See(LanPeer peer)
    {
        var isNew = !_seen.ContainsKey(peer.Id);
        _seen[peer.Id] = peer;
        return isNew;
    }

    public void Forget(NodeId peer) => _seen.Remove(peer);

    /// <summary>It could not be reached where it says that it is.</summary>
    public void Doubt(NodeId peer)
    {
        if (_seen.ContainsKey(peer))
        {
            discovery.Tell(new LanDiscoveryProtocol.Verify(peer));
        }
    }

    /// <summary>Has whoever asks answered with <see cref="LanDiscoveryProtocol.Seen"/>.</summary>
    public void List(IActorRef sender)
    {
        if (discovery.IsNobody())
        {
            sender.Tell(new LanDiscoveryProtocol.Seen([]));
        }
        else
        {
            discovery.Tell(LanDiscoveryProtocol.List.Instance, sender);
        }
    }
}
