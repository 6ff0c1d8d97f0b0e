using System.Net;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.RangeBanEvents;
using static Meshara.Actors.Store.StoredForms;

namespace Meshara.Actors.Store;

/// <summary>What is no event about a peer, and the history of a score, to and from their protobuf form.</summary>
internal static class StoredBans
{
    public static Stored.RangeBanned ToStored(this RangeBanned x)
    {
        var stored = new Stored.RangeBanned { At = Ticks(x.At), Range = x.Range.ToString(), Until = Ticks(x.Until) };
        if (x.Note is { } note)
        {
            stored.Note = note;
        }

        return stored;
    }

    public static Stored.RangeUnbanned ToStored(this RangeUnbanned x) => new() { At = Ticks(x.At), Range = x.Range.ToString() };

    public static Stored.Snapshot.Types.RangeBan ToStored(this RangeBan ban)
    {
        var stored = new Stored.Snapshot.Types.RangeBan { Range = ban.Range.ToString(), At = Ticks(ban.At), Until = Ticks(ban.Until) };
        if (ban.Note is { } note)
        {
            stored.Note = note;
        }

        return stored;
    }

    public static Stored.Snapshot.Types.Change ToStored(this ReputationEntry entry)
    {
        var stored = new Stored.Snapshot.Types.Change
        {
            At = Ticks(entry.At), Step = (int)entry.Step, Cause = (int)entry.Cause, Delta = entry.Delta, Score = entry.Score,
        };
        if (entry.Until is { } until)
        {
            stored.Until = Ticks(until);
        }

        if (entry.Note is { } note)
        {
            stored.Note = note;
        }

        return stored;
    }

    public static Stored.OutageEnded ToStored(this OutageEnded x) => new() { At = Ticks(x.At), Since = Ticks(x.Since), Lost = x.Lost };

    public static OutageEnded From(Stored.OutageEnded x) => new(Time(x.At), Time(x.Since), x.Lost);

    public static RangeBanned From(Stored.RangeBanned x) => new(Time(x.At), Range(x.Range), Time(x.Until), x.HasNote ? x.Note : null);

    public static RangeUnbanned From(Stored.RangeUnbanned x) => new(Time(x.At), Range(x.Range));

    public static RangeBan From(Stored.Snapshot.Types.RangeBan x) => new(Range(x.Range), Time(x.At), Time(x.Until), x.HasNote ? x.Note : null);

    private static IPNetwork Range(string text) => AddressRange.Parse(text);
}
