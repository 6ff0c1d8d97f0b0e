using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Discovery;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Dialling;

/// <summary>The dials that the bootstrap asked for, and the word to it of what came of them. Owned by the supervisor.</summary>
/// <param name="bootstrap">Nobody when the method is not enabled.</param>
internal sealed class WayIn(IActorRef bootstrap)
{
    private readonly Dictionary<PeerAddress, PeerTarget> _pending = [];
    private int? _connected;

    public void Expect(PeerTarget node) => _pending[node.Address] = node;

    /// <summary>A dial to the address has ended; whoever wanted it, it says of a bootstrap node there whether it answers.</summary>
    /// <returns>Whether the bootstrap had asked for it.</returns>
    public bool Ended(PeerAddress address, Reason? failure)
    {
        if (!_pending.Remove(address, out var node))
        {
            return false;
        }

        // A list that names this node too is no fault: it is the same on all of them.
        bootstrap.Tell(failure is null or Reason.Duplicate or Reason.SelfConnection
            ? new BootstrapProtocol.Answered(node)
            : new BootstrapProtocol.Failed(node, failure.Value));
        return true;
    }

    /// <summary>Other nodes, other waits, or another number of peers that are few.</summary>
    public void Reconfigure(DiscoverySettings settings) => bootstrap.Tell(new BootstrapProtocol.Reconfigured(settings));

    public void Connected(int peers)
    {
        if (peers != _connected)
        {
            _connected = peers;
            bootstrap.Tell(new BootstrapProtocol.Connected(peers));
        }
    }
}
