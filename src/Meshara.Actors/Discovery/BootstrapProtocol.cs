using Akka.Event;
using Meshara.Actors.Configuration;
using Meshara.Core.Peers;

namespace Meshara.Actors.Discovery;

/// <summary>What the bootstrap is told by its node, and what it asks of it.</summary>
internal static class BootstrapProtocol
{
    /// <summary>To the bootstrap, whenever it changes: how many peers are connected.</summary>
    public sealed record Connected(int Peers) : IDeadLetterSuppression;

    /// <summary>To the bootstrap: from now on by these.</summary>
    public sealed record Reconfigured(DiscoverySettings Settings) : IDeadLetterSuppression;

    /// <summary>From the bootstrap: dial this node. Answered with <see cref="Answered"/> or <see cref="Failed"/>.</summary>
    public sealed record Dial(PeerTarget Node);

    /// <summary>The node is connected, and is asked for peers.</summary>
    public sealed record Answered(PeerTarget Node) : IDeadLetterSuppression;

    /// <summary>The node could not be connected.</summary>
    public sealed record Failed(PeerTarget Node, Reason Reason) : IDeadLetterSuppression;

    /// <summary>From the bootstrap, whenever it changes: why none of the nodes can be reached; null when one can, or none is needed.</summary>
    public sealed record NoWayIn(string? Why);
}
