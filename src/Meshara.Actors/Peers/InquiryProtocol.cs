using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>What people want to know of peers, connected or not. Answered with <see cref="MeshProtocol.Failed"/> where the peer is unknown.</summary>
internal static class InquiryProtocol
{
    public interface IInquiry;

    /// <summary>Answered with <see cref="KnownList"/>: of all peers, or of <paramref name="Only"/> alone.</summary>
    public sealed record Known(NodeId? Only = null) : IInquiry;

    /// <summary>Answered with <see cref="DialList"/>.</summary>
    public sealed record Dials : IInquiry;

    /// <summary>Answered with <see cref="Trail"/>.</summary>
    public sealed record History(NodeId Peer) : IInquiry;

    /// <summary>Answered with <see cref="WhyAnswer"/>.</summary>
    public sealed record WhyPeer(NodeId Peer) : IInquiry;

    /// <summary>The same about whoever is at the address.</summary>
    public sealed record WhyAddress(PeerAddress Address) : IInquiry;

    public sealed record KnownList(ImmutableArray<PeerDetails> Peers);

    public sealed record DialList(ImmutableArray<DialUnderWay> Dials);

    public sealed record Trail(ImmutableArray<ReputationChange> Changes);
}
