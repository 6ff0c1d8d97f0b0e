using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Dialling;

/// <summary>
/// The additions that people wait for. Each waits for the connection dialled for it; when that turns out to be a duplicate, for
/// the peer's other connection.
/// </summary>
internal sealed class AddRequests
{
    private readonly List<Request> _requests = [];

    /// <summary>Waits for a connection that was dialled for it.</summary>
    public void Add(long connection, PeerAddress address, Action<KnownPeer?, Reason?, bool> complete) =>
        _requests.Add(new Request(address, complete) { Connection = connection });

    /// <summary>The connection was refused in favour of another one to the same peer, which is not open yet.</summary>
    public void WaitFor(NodeId peer, long connection)
    {
        foreach (var request in _requests.Where(r => r.Connection == connection))
        {
            (request.Connection, request.Peer) = (null, peer);
        }
    }

    /// <summary>Takes those that wait for this connection or, whichever the connection, for its peer.</summary>
    public IReadOnlyList<Request> Take(long connection, NodeId? peer)
    {
        var taken = _requests.Where(r => r.Connection == connection || (peer is not null && r.Peer == peer)).ToList();
        _requests.RemoveAll(taken.Contains);
        return taken;
    }

    /// <param name="complete">Given the peer as it was kept, or why it was not, and whether it was connected before.</param>
    public sealed class Request(PeerAddress address, Action<KnownPeer?, Reason?, bool> complete)
    {
        /// <summary>What the person typed.</summary>
        public PeerAddress Address { get; } = address;

        public long? Connection { get; set; }

        public NodeId? Peer { get; set; }

        public void Complete(KnownPeer? kept, Reason? failure, bool wasConnected) => complete(kept, failure, wasConnected);
    }
}
