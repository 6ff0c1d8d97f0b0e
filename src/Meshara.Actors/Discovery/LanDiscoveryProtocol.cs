using System.Collections.Immutable;
using Akka.Event;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Discovery;

/// <summary>
/// All that the node and an actor that finds others on the local network say to each other. It is the seam at which another mDNS stack
/// could take the place of ours: it advertises from its start, tells what it sees, and says goodbye when it is stopped.
/// </summary>
internal static class LanDiscoveryProtocol
{
    /// <summary>To the node: somebody is there, or says something else than before.</summary>
    public sealed record Sighted(LanPeer Peer) : IDeadLetterSuppression;

    /// <summary>To the node: somebody said goodbye, or was not heard again.</summary>
    public sealed record Gone(NodeId Peer) : IDeadLetterSuppression;

    /// <summary>To the node: somebody said what cannot be, and is not believed.</summary>
    public sealed record Disbelieved(PeerAddress? Address, Reason Reason, string Detail) : IDeadLetterSuppression;

    /// <summary>To the discovery: the peer could not be reached where it says it is.</summary>
    public sealed record Verify(NodeId Peer);

    /// <summary>To the discovery: from now on ask the network so often, and tell of so many at most.</summary>
    public sealed record SetPace(TimeSpan Interval, int MaxSightingsPerMinute) : IDeadLetterSuppression;

    /// <summary>Answered with <see cref="Seen"/>.</summary>
    public sealed record List
    {
        public static readonly List Instance = new();
    }

    /// <summary>Who is there now.</summary>
    public sealed record Seen(ImmutableArray<LanPeer> Peers);
}
