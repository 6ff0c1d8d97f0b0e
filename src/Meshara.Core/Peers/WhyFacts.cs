using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>How a connection, or a try at one, ended.</summary>
/// <param name="ByPeer">The peer said so.</param>
/// <param name="WasOpen">Both sides had said hello.</param>
internal sealed record ConnectionEnd(DateTimeOffset At, Reason Reason, bool ByPeer, Direction Direction, bool WasOpen);

/// <summary>All that bears on why a peer is connected, or is not.</summary>
internal sealed record WhyFacts
{
    public required DateTimeOffset Now { get; init; }

    public NodeId? Peer { get; init; }

    /// <summary>What was asked about, if not a peer.</summary>
    public PeerAddress? Address { get; init; }

    /// <summary>It is this node itself.</summary>
    public bool IsSelf { get; init; }

    public DateTimeOffset? ConnectedSince { get; init; }

    /// <summary>Who dialled the connection that is open.</summary>
    public Direction Direction { get; init; }

    /// <summary>This node is dialling it.</summary>
    public bool Dialling { get; init; }

    /// <summary>It is dialling this node.</summary>
    public bool Knocking { get; init; }

    public KnownPeer? Known { get; init; }

    public ReputationPolicy Policy { get; init; } = new();

    /// <summary>Keeps out every address that is known of it.</summary>
    public RangeBan? Range { get; init; }

    /// <summary>What the dial plan has of it.</summary>
    public DialGoal? Goal { get; init; }

    /// <summary>When it may be dialled to fill a place that nobody in particular was asked for; null if it may not.</summary>
    public DateTimeOffset? CandidateDue { get; init; }

    /// <summary>It asked to be left alone until then.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>It says now that it is on the local network.</summary>
    public bool OnLan { get; init; }

    /// <summary>Somebody looks at the local network.</summary>
    public bool LooksAtLan { get; init; }

    /// <summary>How many more peers this node strives for.</summary>
    public int Room { get; init; }

    public int TargetPeers { get; init; }

    /// <summary>All places for peers that no person asked for are taken.</summary>
    public bool IsFull { get; init; }

    public int MaxPeers { get; init; }

    /// <summary>The network that all its addresses lie in, if it has as many peers as one network may; a person's wish is not limited so.</summary>
    public NetworkGroup? Crowd { get; init; }

    /// <summary>Since when this node itself is cut off.</summary>
    public DateTimeOffset? AwaySince { get; init; }

    public ConnectionEnd? Last { get; init; }

    /// <summary>The short id, or the address.</summary>
    public string Name => Peer?.ToShortString() ?? Address!.ToString();

    public Standing Standing => Known is { Manual: false } known ? known.Reputation.StandingAt(Now, Policy) : Standing.Good;

    /// <summary>When the score has decayed to what suffices; a ban freezes it, and comes before it.</summary>
    public DateTimeOffset ScoreSuffices =>
        Now + (Policy.HalfLife * Math.Log2(Known!.Reputation.ScoreAt(Now, Policy) / Policy.DisconnectBelow));
}
