namespace Meshara.Core.Peers;

/// <summary>What is known of a node when its health is judged.</summary>
internal sealed record HealthFacts
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>Since when no peer is connected, or since the start; null while one is.</summary>
    public DateTimeOffset? LonelySince { get; init; }

    /// <summary>How many peers and bootstrap nodes the node is to be connected with, whoever else comes.</summary>
    public int Wanted { get; init; }

    /// <summary>Since when this node itself is cut off from the network; null while it is not.</summary>
    public DateTimeOffset? AwaySince { get; init; }

    /// <summary>Why none of the bootstrap nodes can be reached; null when one can, or none is needed.</summary>
    public string? NoWayIn { get; init; }

    /// <summary>Since when the store cannot write, and the rest of the sentence that begins with "it"; null while it can.</summary>
    public (DateTimeOffset Since, string Cause)? StoreAway { get; init; }

    /// <summary>How many commands the store has not dealt with.</summary>
    public int StoreQueue { get; init; }

    /// <summary>Whether the local network is searched.</summary>
    public bool UsesMdns { get; init; }

    /// <summary>Why it cannot be; null when it can.</summary>
    public string? MdnsProblem { get; init; }

    /// <summary>What the last failure to accept was, and when; null if there was none.</summary>
    public (DateTimeOffset At, string Cause)? AcceptFailed { get; init; }

    /// <summary>Whether the listener has ended.</summary>
    public bool ListenerEnded { get; init; }

    /// <summary>How far this node's clock is behind (or, negative, ahead of) each connected peer's at least, as far as their records tell.</summary>
    public IReadOnlyCollection<TimeSpan> ClockOffsets { get; init; } = [];
}
