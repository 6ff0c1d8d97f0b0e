using System.Collections.Immutable;

namespace Meshara.Core.Peers.Reachability;

/// <summary>A connected peer that might be asked to dial back.</summary>
/// <param name="Number">That of its connection.</param>
/// <param name="Remote">Where it is.</param>
/// <param name="IsOutbound">Whether this node has dialled it: a peer that dialled in may have a way in that others have not.</param>
/// <param name="IsAble">Whether it knows how.</param>
/// <param name="WasAsked">Whether it was asked less than a minute ago: it does not answer again yet.</param>
internal readonly record struct DialBackCandidate(long Number, PeerAddress Remote, bool IsOutbound, bool IsAble, bool WasAsked);

/// <summary>Whom to ask to dial back: few, who see this node from as many sides as can be.</summary>
internal static class DialBackChoice
{
    /// <summary>After AutoNAT of libp2p, which believes in an outcome that so many peers tell.</summary>
    public const int Most = 3;

    /// <summary>
    /// The numbers of those to ask: able ones first, then those not asked of late, then outbound ones. Each network group has its turn before
    /// one has a second: whoever holds one range of addresses gives one answer, and the local network counts as one.
    /// </summary>
    public static ImmutableArray<long> Of(IEnumerable<DialBackCandidate> candidates) =>
    [
        .. candidates
            .OrderBy(c => !c.IsAble).ThenBy(c => c.WasAsked).ThenBy(c => !c.IsOutbound).ThenBy(c => c.Number)
            .GroupBy(c => (c.IsAble, Group: NetworkGroup.Of(c.Remote)))
            .SelectMany(group => group.Select((c, turn) => (Candidate: c, Turn: turn)))
            .OrderBy(c => !c.Candidate.IsAble).ThenBy(c => c.Turn).ThenBy(c => c.Candidate.WasAsked).ThenBy(c => !c.Candidate.IsOutbound)
            .Take(Most).Select(c => c.Candidate.Number),
    ];
}
