using System.Net;

namespace Meshara.Actors.Store;

/// <summary>A fact about a range of addresses, as it is stored.</summary>
internal interface IRangeEvent : IStoreEvent
{
    IPNetwork Range { get; }
}

internal static class RangeBanEvents
{
    /// <summary>A person banned the range, or changed for how long or why.</summary>
    public sealed record RangeBanned(DateTimeOffset At, IPNetwork Range, DateTimeOffset Until, string? Note) : IRangeEvent;

    /// <summary>A person lifted the ban, or it had ended and its place was needed.</summary>
    public sealed record RangeUnbanned(DateTimeOffset At, IPNetwork Range) : IRangeEvent;
}
