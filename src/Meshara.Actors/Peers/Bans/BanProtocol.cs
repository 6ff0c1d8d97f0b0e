using System.Collections.Immutable;
using System.Net;
using Meshara.Core.Identity;

namespace Meshara.Actors.Peers.Bans;

/// <summary>What people ask of the supervisor about bans. Whatever is refused is answered with <see cref="MeshProtocol.Failed"/>.</summary>
internal static class BanProtocol
{
    public interface IRequest;

    /// <summary>Answered with <see cref="BanInfo"/>. Without a length the policy says how long.</summary>
    public sealed record Ban(NodeId Peer, TimeSpan? Length, string? Note) : IRequest;

    /// <summary>The same for a range of addresses.</summary>
    public sealed record BanRange(IPNetwork Range, TimeSpan? Length, string? Note) : IRequest;

    /// <summary>Answered with <see cref="Lifted"/>.</summary>
    public sealed record Unban(NodeId Peer) : IRequest;

    /// <summary>The same for a range of addresses.</summary>
    public sealed record UnbanRange(IPNetwork Range) : IRequest;

    /// <summary>Answered with <see cref="BanList"/>.</summary>
    public sealed record List : IRequest;

    public sealed record Lifted(bool WasBanned);

    public sealed record BanList(ImmutableArray<BanInfo> Bans);
}
