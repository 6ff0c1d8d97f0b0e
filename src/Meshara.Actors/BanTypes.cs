using System.Net;
using Meshara.Core.Identity;

namespace Meshara.Actors;

/// <summary>A ban that holds: of a peer, or of a range of addresses.</summary>
/// <param name="Until">When it ends.</param>
/// <param name="Cause">What led to it, in kebab case, such as <c>protocol-violation</c>; <c>operator</c> if it was a person.</param>
public sealed record BanInfo(DateTimeOffset Until, string Cause)
{
    /// <summary>The banned peer; null if a range is banned.</summary>
    public NodeId? PeerId { get; init; }

    /// <summary>The banned range; null if a peer is banned.</summary>
    public IPNetwork? Range { get; init; }

    /// <summary>When it began; null where that is not remembered any more.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What the person said who banned it; null if nothing was said.</summary>
    public string? Note { get; init; }
}

/// <summary>One entry of the audit trail of a peer's reputation.</summary>
/// <param name="At">When; of a run of gains, when the last came.</param>
/// <param name="Event">What happened: <c>judged</c>, <c>banned</c> or <c>unbanned</c>.</param>
/// <param name="Cause">Why, in kebab case, such as <c>connection-lost</c>.</param>
/// <param name="Delta">By how much the score moved; of a run of gains, their sum.</param>
/// <param name="Score">The score after it, -100 to 100.</param>
public sealed record ReputationChange(DateTimeOffset At, string Event, string Cause, double Delta, double Score)
{
    /// <summary>When the ban ends that begins here; null if none does.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What the person said who banned the peer; null if nothing was said.</summary>
    public string? Note { get; init; }
}
