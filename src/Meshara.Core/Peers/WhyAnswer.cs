using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>Why a peer is connected, or is not.</summary>
public sealed record WhyAnswer
{
    /// <summary>The peer; null where only an address is known.</summary>
    public NodeId? PeerId { get; init; }

    /// <summary>The address that was asked about; null where a peer was.</summary>
    public PeerAddress? Address { get; init; }

    /// <summary>Whether it is connected now.</summary>
    public required bool Connected { get; init; }

    /// <summary>The reason of the one vocabulary, where one fits.</summary>
    public Reason? Reason { get; init; }

    /// <summary>Why it is, or is not, connected: the rest of a sentence.</summary>
    public required string Why { get; init; }

    /// <summary>What happened last: the rest of a sentence; null if nothing did.</summary>
    public string? Last { get; init; }

    /// <summary>When the next try is due; null if none is planned. It may have passed: then a try is due as soon as there is room for it.</summary>
    public DateTimeOffset? NextTry { get; init; }

    /// <summary>What would change it: the rest of a sentence.</summary>
    public required string Remedy { get; init; }

    /// <summary>All of it in one sentence.</summary>
    public required string Sentence { get; init; }
}
