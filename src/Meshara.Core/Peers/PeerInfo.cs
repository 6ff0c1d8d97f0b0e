using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>One peer as it is now. What has not happened yet, or is not known, is null.</summary>
public sealed record PeerInfo
{
    /// <summary>Who it is.</summary>
    public required NodeId PeerId { get; init; }

    /// <summary>The Ed25519 key it proved, from which its id follows.</summary>
    public required PublicKey PublicKey { get; init; }

    /// <summary>The far end of the connection; for a peer that is not connected, the address that is tried first.</summary>
    public PeerAddress? Address { get; init; }

    /// <summary>Who dialled; null when not connected.</summary>
    public Direction? Direction { get; init; }

    /// <summary>Since when; null when not connected.</summary>
    public DateTimeOffset? ConnectedSince { get; init; }

    /// <summary>Bytes sent to it ever, frames with their headers, before TLS.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes received from it ever, frames with their headers, after TLS.</summary>
    public long BytesReceived { get; init; }

    /// <summary>When something last came from it.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Its score now, -100 to 100; 0 for a new one.</summary>
    public double Reputation { get; init; }

    /// <summary>Smoothed round-trip time (RFC 6298 section 2, alpha 1/8); null before the first pong.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>What it says it runs, such as <c>meshara/0.1.0</c>; null when not connected.</summary>
    public string? Agent { get; init; }

    /// <summary>How it came to be known first.</summary>
    public PeerSource Source { get; init; }

    /// <summary>Whether a person asked for it: kept connected for ever and never evicted.</summary>
    public bool Protected { get; init; }

    /// <summary>Whether it is connected now.</summary>
    public bool Connected => ConnectedSince is not null;
}
