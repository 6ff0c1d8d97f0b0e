using Meshara.Actors.Peers.Dialling;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers;

/// <summary>What a connection shows of its peer goes to the store; people who asked for the peer are answered.</summary>
internal sealed class Acquaintances(NodeState state)
{
    /// <summary>The peer is there: what has been shown of its address is kept, and by whom it is wanted.</summary>
    public void Remember(LiveConnection connection, IReadOnlyList<AddRequests.Request> requests)
    {
        var peer = connection.Peer!.Value;
        foreach (var request in requests)
        {
            Adopt(connection, request, wasConnected: false);
        }

        var known = state.Book[peer];
        var wanted = connection.Claim != Claim.None;
        var isNews = known is null || (wanted && !known.Manual)
            || (connection.Dialled is { } address && !known.Addresses.Any(a => a.Proven && a.Address == address));
        if (requests.Count == 0 && isNews)
        {
            state.Book.Learn(connection.Key!.Value, connection.Source, wanted, connection.Dialled);
        }

        if (connection.Dialled is { } reached)
        {
            state.Book.Note(new PeerStoreProtocol.DialEnded(peer, reached, null));
            state.Addresses.Prove(peer, reached);
            state.Addresses.Tested(peer, answered: true);
        }
        else if (connection is { Introduction.ListenPort: > 0 and var port, Remote: PeerAddress.Ip remote })
        {
            state.Book.Note(new PeerStoreProtocol.AddressHeard(peer, PeerAddress.Of(remote.EndPoint.Address, port)));
        }
    }

    /// <summary>The connection has ended: those who asked for it are answered, or wait for the one that took its place.</summary>
    public void Answer(LiveConnection connection, Ended ended)
    {
        if (ended.Reason == Reason.Duplicate && connection.Peer is { } peer && state.Roster[peer] is not null)
        {
            if (state.OpenConnectionOf(peer) is not { } open)
            {
                state.Adds.WaitFor(peer, connection.Number);
                return;
            }

            foreach (var request in state.Adds.Take(connection.Number, null))
            {
                Adopt(open, request, wasConnected: true);
            }

            return;
        }

        foreach (var request in state.Adds.Take(connection.Number, connection.Peer))
        {
            request.Complete(null, ended.Reason, wasConnected: false);
        }
    }

    /// <summary>The peer asked for by <paramref name="request"/> is connected: it is made a manual one, and the person is answered.</summary>
    private void Adopt(LiveConnection connection, AddRequests.Request request, bool wasConnected)
    {
        var peer = connection.Peer!.Value;
        var wasBanned = state.Book[peer]?.IsBanned(state.Now) == true;
        state.Book.Learn(connection.Key!.Value, PeerSource.Manual, manual: true, request.Address, (kept, failure) =>
        {
            if (wasBanned && kept is not null)
            {
                state.Announce.Tell(MeshEventKind.PeerUnbanned, peer);
            }

            request.Complete(kept, failure, wasConnected);
        });
    }
}
