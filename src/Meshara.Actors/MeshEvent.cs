using System.Net;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors;

/// <summary>What happened. <see cref="MeshEvents.Name"/> gives the stable kebab-case name.</summary>
public enum MeshEventKind
{
    /// <summary>The node listens and takes commands.</summary>
    Ready,

    /// <summary>A peer that was not known came to be known.</summary>
    PeerDiscovered,

    /// <summary>Both sides have said hello.</summary>
    PeerConnected,

    /// <summary>A connection ended; the reason says why.</summary>
    PeerDisconnected,

    /// <summary>An inbound connection was refused or failed its handshake; the reason says why.</summary>
    PeerRejected,

    /// <summary>An outbound connection did not come about; the reason says why.</summary>
    DialFailed,

    /// <summary>A peer or a range of addresses was banned.</summary>
    PeerBanned,

    /// <summary>A ban ended or was lifted.</summary>
    PeerUnbanned,

    /// <summary>A person removed a peer.</summary>
    PeerRemoved,

    /// <summary>Another key answered than the one expected: possibly a man in the middle.</summary>
    KeyMismatch,

    /// <summary>The node's health changed; <see cref="MeshEvent.Detail"/> says how.</summary>
    HealthChanged,

    /// <summary>The node has stopped.</summary>
    Stopped,
}

/// <summary>One thing that happened in the mesh. What does not apply is null.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="At">When.</param>
public sealed record MeshEvent(MeshEventKind Kind, DateTimeOffset At)
{
    /// <summary>The peer it is about.</summary>
    public NodeId? PeerId { get; init; }

    /// <summary>The address it is about.</summary>
    public PeerAddress? Address { get; init; }

    /// <summary>The range of addresses it is about.</summary>
    public IPNetwork? Range { get; init; }

    /// <summary>Who dialled.</summary>
    public Direction? Direction { get; init; }

    /// <summary>How the peer came to be known.</summary>
    public PeerSource? Source { get; init; }

    /// <summary>Why.</summary>
    public Reason? Reason { get; init; }

    /// <summary>The peer's score after it, where it moved.</summary>
    public double? Score { get; init; }

    /// <summary>What no other field says, for people.</summary>
    public string? Detail { get; init; }
}

/// <summary>The stable names of the events.</summary>
public static class MeshEvents
{
    /// <summary>The stable kebab-case name, such as <c>peer-connected</c>.</summary>
    public static string Name(this MeshEventKind kind) => kind switch
    {
        MeshEventKind.Ready => "ready",
        MeshEventKind.PeerDiscovered => "peer-discovered",
        MeshEventKind.PeerConnected => "peer-connected",
        MeshEventKind.PeerDisconnected => "peer-disconnected",
        MeshEventKind.PeerRejected => "peer-rejected",
        MeshEventKind.DialFailed => "dial-failed",
        MeshEventKind.PeerBanned => "peer-banned",
        MeshEventKind.PeerUnbanned => "peer-unbanned",
        MeshEventKind.PeerRemoved => "peer-removed",
        MeshEventKind.KeyMismatch => "key-mismatch",
        MeshEventKind.HealthChanged => "health-changed",
        MeshEventKind.Stopped => "stopped",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
