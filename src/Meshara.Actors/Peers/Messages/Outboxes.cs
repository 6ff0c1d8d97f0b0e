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

    /// <summary>That of a peer that is connected or about to be; null if it is not.</summary>
    public Outbox? this[NodeId peer] => _ofPeers.GetValueOrDefault(peer);

    /// <summary>The peer is let in, and this is how it is reached from now on.</summary>
    public void Set(NodeId peer, Outbox outbox) => _ofPeers[peer] = outbox;

    /// <summary>That connection has ended; another one to the same peer stays.</summary>
    public void Remove(NodeId peer, Outbox outbox) => _ofPeers.TryRemove(new(peer, outbox));
}
