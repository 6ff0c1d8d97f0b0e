using System.Collections.Immutable;
using Meshara.Actors.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>What the supervisor is asked through the door of the node, and what it answers.</summary>
internal static class MeshProtocol
{
    /// <summary>Answered with <see cref="NodeDescription"/> when the node listens, or with <see cref="StartFailed"/>.</summary>
    public sealed record WhenReady;

    public sealed record StartFailed(string Message);

    /// <summary>Answered with <see cref="AddedPeer"/> or <see cref="Failed"/>.</summary>
    public sealed record Add(PeerTarget Target);

    /// <summary>Answered with <see cref="Removed"/> or <see cref="Failed"/>.</summary>
    public sealed record Remove(NodeId Peer);

    public sealed record Removed;

    /// <summary>Answered with <see cref="PeerList"/>: the connected peers, or all that are known.</summary>
    public sealed record List(bool Known);

    public sealed record PeerList(ImmutableArray<PeerInfo> Peers);

    /// <summary>Answered with <see cref="PeerDetails"/> or <see cref="Failed"/>.</summary>
    public sealed record Show(NodeId Peer);

    /// <summary>Answered with <see cref="Discovery.LanDiscoveryProtocol.Seen"/>.</summary>
    public sealed record Discover;

    /// <summary>Answered by the connection of <paramref name="Peer"/>; without one: <see cref="Failed"/>.</summary>
    public sealed record Ping(NodeId Peer);

    /// <summary>Answered with <see cref="MeshStatus"/>.</summary>
    public sealed record Status;

    /// <summary>Answered with <see cref="MeshHealth"/>.</summary>
    public sealed record Health;

    /// <summary>Take on what can be taken on of these settings. Answered with <see cref="Reloaded"/>.</summary>
    public sealed record Reload(MesharaSettings Wanted);

    /// <summary>What the node ran by, and what it runs by now.</summary>
    public sealed record Reloaded(MesharaSettings Before, MesharaSettings After);

    /// <summary>Stops the node. Its supervisor stops when everything is closed and kept.</summary>
    public sealed record Stop;

    public sealed record Failed(Reason Reason)
    {
        /// <summary>What the sentence of the reason does not say.</summary>
        public string? Detail { get; init; }
    }
}
