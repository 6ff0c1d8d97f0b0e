using System.Collections.Concurrent;
using Meshara.Core.Identity;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// Where the messages for each connected peer go. The supervisor alone changes it; who sends looks here, on any thread, and need not ask the
/// supervisor.
/// </summary>
internal sealed class Outboxes
{
    private readonly ConcurrentDictionary<NodeId, Outbox> _ofPeers = new();

    /// <summary>That of a connected peer; null if it is not connected.</summary>
    public Outbox? this[NodeId peer] => _ofPeers.GetValueOrDefault(peer);

    /// <summary>The peer is connected, and this is how it is reached from now on.</summary>
    public void Open(NodeId peer, Outbox outbox) => _ofPeers[peer] = outbox;

    /// <summary>That connection has ended; another one to the same peer stays.</summary>
    public void Close(NodeId peer, Outbox outbox) => _ofPeers.TryRemove(new(peer, outbox));
}
