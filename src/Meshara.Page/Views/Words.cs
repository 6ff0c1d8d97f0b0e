using System.Globalization;
using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Page.Views;

/// <summary>Figures, times and names as people read them.</summary>
internal static class Words
{
    public const string None = "–";

    public static string Short(NodeId id) => id.ToShortString();

    public static string Bytes(double bytes) => bytes switch
    {
        < 1000 => Number($"{bytes:0} B"),
        < 1000 * 1024 => Number($"{bytes / 1024:0.0} KiB"),
        < 1000.0 * 1024 * 1024 => Number($"{bytes / 1024 / 1024:0.0} MiB"),
        _ => Number($"{bytes / 1024 / 1024 / 1024:0.0} GiB"),
    };

    public static string Milliseconds(TimeSpan? time) => time is not { } t ? None : t.TotalMilliseconds < 0.05 ? "< 0.1 ms" : t.TotalMilliseconds < 10 ? Number($"{t.TotalMilliseconds:0.0} ms") : Number($"{t.TotalMilliseconds:0} ms");

    /// <summary>Rounded as it is shown, so that no zero has a sign.</summary>
    public static string Score(double score) => Math.Round(score, 1) is var s && s > 0 ? Number($"+{s:0.#}") : s < 0 ? Number($"−{-s:0.#}") : "0";

    public static string At(DateTimeOffset? time, DateTimeOffset now) => time is not { } t ? None
        : t.ToLocalTime().ToString(t.ToLocalTime().Date == now.ToLocalTime().Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>How long, in its largest two units at most.</summary>
    public static string Length(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "0 s",
        { TotalMinutes: < 1 } => Number($"{time.Seconds} s"),
        { TotalHours: < 1 } => Number($"{time.Minutes} min"),
        { TotalDays: < 1 } => Number($"{time.Hours} h {time.Minutes} min"),
        _ => Number($"{time.Days} d {time.Hours} h"),
    };

    /// <summary>How far ahead or behind.</summary>
    public static string Ago(DateTimeOffset? time, DateTimeOffset now) => time is not { } t ? None : t > now ? $"in {Length(t - now)}" : $"{Length(now - t)} ago";

    public static string Source(PeerSource source) => source switch
    {
        PeerSource.Manual => "manual",
        PeerSource.Mdns => "local network",
        PeerSource.Bootstrap => "bootstrap",
        PeerSource.Exchange => "told by a peer",
        PeerSource.Inbound => "dialled us",
        PeerSource.Store => "the store",
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, null),
    };

    /// <summary>The words of <see cref="MeshEventKind"/>: its stable name, as everywhere.</summary>
    public static string Kind(MeshEventKind kind) => kind.Name();

    /// <summary>The class that colours a score; its words are in the legend.</summary>
    public static string Tone(double score, double disconnectBelow) =>
        score <= disconnectBelow ? "bad" : score < -1 ? "low" : score > 1 ? "good" : "even";

    /// <summary>The class that colours how bad it is.</summary>
    public static string Tone(HealthLevel level) => level switch { HealthLevel.Healthy => "good", HealthLevel.Degraded => "low", _ => "bad" };

    public static string Level(HealthLevel level) => level switch { HealthLevel.Healthy => "Healthy", HealthLevel.Degraded => "Degraded", _ => "Failing" };

    /// <summary>What that means for the node, in one sentence.</summary>
    public static string Verdict(HealthLevel level) => level switch
    {
        HealthLevel.Healthy => "Nothing is wrong.",
        HealthLevel.Degraded => "The node does its work, but not all of it, or not well.",
        _ => "The node does not do what it is there for.",
    };

    /// <summary>Whether the address is near: on this machine, this link or this site.</summary>
    public static bool IsNear(PeerAddress? address) => address is not null && NetworkGroup.Of(address).IsLocal;

    public static string Group(PeerAddress? address) => address is null ? "not known" : NetworkGroup.Of(address) is { IsLocal: false } group ? group.ToString() : "local network";

    /// <summary>A peer chose some of these characters.</summary>
    public static string Clean(string? text) => text is null ? "" : string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
