using System.Collections.Immutable;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.RangeBanEvents;
using Commands = Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>Which events a command about ranges leads to. Pure.</summary>
internal static class RangeBanDecisions
{
    /// <summary>The events to store, none if all is so already; or why nothing is.</summary>
    public static (ImmutableArray<IRangeEvent> Events, Reason? Refusal) Decide(RangeBans bans, Commands.IRangeCommand command, DateTimeOffset now) =>
        command switch
        {
            Commands.BanRange c => Ban(bans, c, now),
            Commands.UnbanRange c => (bans[c.Range] is null ? [] : [new RangeUnbanned(now, c.Range)], null),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
        };

    private static (ImmutableArray<IRangeEvent>, Reason?) Ban(RangeBans bans, Commands.BanRange command, DateTimeOffset now)
    {
        if (bans[command.Range] is { } held && held.Until == command.Until && held.Note == command.Note)
        {
            return ([], null);
        }

        // What has ended is cleared away here, and not when it ends, so that the store writes nothing while nobody asks it to.
        var ended = bans.All.Where(b => !b.Holds(now) && b.Range != command.Range).ToList();
        if (bans[command.Range] is null && bans.Count - ended.Count >= RangeBans.Max)
        {
            return ([], Reason.TooManyBans);
        }

        return (
            [.. ended.Select(b => new RangeUnbanned(now, b.Range)), new RangeBanned(now, command.Range, command.Until, command.Note)], null);
    }
}
