using Meshara.Actors.Discovery;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Dialling;

/// <summary>What follows from who is, and who no longer is, on the local network.</summary>
internal sealed class Sightings(NodeState state, Dialler dialler)
{
    /// <summary>Somebody is on the local network: it may be wanted, and whoever dialled in from there was found there.</summary>
    public void OnSighted(LanPeer peer)
    {
        var isNew = state.Neighbours.See(peer);
        if (state.OpenConnectionOf(peer.Id) is { Source: PeerSource.Inbound } connection)
        {
            state.Connections.Update(connection with { Source = PeerSource.Mdns });
        }
        else if (isNew && state.Book[peer.Id] is null && peer.Id != state.Node.Node.Id)
        {
            state.Announce.Tell(new MeshEvent(MeshEventKind.PeerDiscovered, state.Now)
            {
                PeerId = peer.Id, Address = peer.Addresses.FirstOrDefault(), Source = PeerSource.Mdns,
            });
        }

        dialler.Follow(peer.Id);
    }

    public void OnGone(NodeId peer)
    {
        state.Neighbours.Forget(peer);
        dialler.Follow(peer);
    }
}
