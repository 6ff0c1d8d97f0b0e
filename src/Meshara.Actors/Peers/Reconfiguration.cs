using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Dialling;

namespace Meshara.Actors.Peers;

/// <summary>Takes on other settings while the node runs, and tells those who hold some of them. Owned by the supervisor.</summary>
internal sealed class Reconfiguration(NodeState state, Dialler dialler, IActorRef listener, IActorRef discovery)
{
    public void OnReload(MeshProtocol.Reload reload, IActorRef sender)
    {
        var before = state.Settings;
        var after = LiveSettings.Over(before, reload.Wanted);
        state.Adopt(after);
        listener.Tell(new Listener.Limits(after.Listener));
        discovery.Tell(new LanDiscoveryProtocol.SetPace(after.Discovery.MdnsInterval, after.Discovery.Mdns.MaxSightingsPerMinute));
        state.WayIn.Reconfigure(after.Discovery);
        foreach (var connection in state.Connections.All)
        {
            connection.Actor.Tell(new PeerConnectionProtocol.Retune(after.Heartbeat));
        }

        Doorkeeper.Shrink(state);
        dialler.WantConfigured();
        dialler.DialWhatIsDue();
        sender.Tell(new MeshProtocol.Reloaded(before, after));
    }
}
