using System.Collections.Immutable;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Bans;

/// <summary>What is said of bans, and of the history of a score.</summary>
internal static class BanReports
{
    /// <summary>Those that hold: ranges first, then peers, each in an order that is always the same.</summary>
    public static ImmutableArray<BanInfo> All(IEnumerable<KnownPeer> peers, RangeBans ranges, DateTimeOffset now) =>
        [.. ranges.All.Where(b => b.Holds(now)).Select(Of), .. peers.Where(p => p.IsBanned(now)).OrderBy(p => p.Id).Select(Of)];

    public static BanInfo Of(RangeBan ban) => new(ban.Until, ReputationCause.Operator.Name()) { Range = ban.Range, Since = ban.At, Note = ban.Note };

    /// <param name="peer">One that has a ban.</param>
    public static BanInfo Of(KnownPeer peer) => new(peer.Ban!.Until, peer.Ban.Cause.Name())
    {
        PeerId = peer.Id,
        Since = peer.History.Entries.LastOrDefault(e => e.Step == ReputationStep.Banned && e.Until == peer.Ban.Until)?.At,
        Note = peer.Ban.Note,
    };

    public static ImmutableArray<ReputationChange> Trail(ReputationHistory history) => [.. history.Entries.Select(e =>
        new ReputationChange(e.At, e.Step.ToString().ToLowerInvariant(), e.Cause.Name(), Math.Round(e.Delta, 2), Math.Round(e.Score, 2))
        {
            Until = e.Until, Note = e.Note,
        })];

    public static string Detail(DateTimeOffset until, string? note) => $"until {until:u}{(note is { Length: > 0 } ? $": {note}" : "")}";
}
