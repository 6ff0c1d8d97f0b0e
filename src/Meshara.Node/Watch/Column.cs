using System.Collections.Immutable;
using System.Globalization;

namespace Meshara.Node.Watch;

/// <summary>A column of the table.</summary>
/// <param name="Key">The letter that sorts by it; it stands in the title.</param>
/// <param name="Rank">On a narrow terminal those of the highest rank go first.</param>
internal sealed record Column(char Key, string Name, string Title, int Rank, Func<PeerRow, DateTimeOffset, string> Cell, Func<PeerRow, IComparable?> Order, bool LargestFirst)
{
    private const double Kibi = 1024, Mebi = 1024 * Kibi;

    public static ImmutableArray<Column> All { get; } =
    [
        new('i', "id", "ID", 0, (p, _) => p.Id[..Math.Min(8, p.Id.Length)], p => p.Id, LargestFirst: false),
        new('a', "address", "ADDRESS", 1, (p, _) => p.Address, p => p.Address, LargestFirst: false),
        new('d', "direction", "DIRECTION", 6, (p, _) => p.Direction, p => p.Direction, LargestFirst: false),
        new('f', "found", "FOUND BY", 5, (p, _) => p.Source, p => p.Source, LargestFirst: false),
        new('t', "rtt", "RTT", 2, (p, _) => p.RoundTrip is { } ms ? $"{Number(ms, "0.0")} ms" : "-", p => p.RoundTrip ?? double.MaxValue, LargestFirst: false),
        new('n', "in", "IN", 2, (p, _) => p.In is { } rate ? $"{Bytes(rate)}/s" : "-", p => p.In ?? -1, LargestFirst: true),
        new('o', "out", "OUT", 2, (p, _) => p.Out is { } rate ? $"{Bytes(rate)}/s" : "-", p => p.Out ?? -1, LargestFirst: true),
        new('r', "received", "RECEIVED", 4, (p, _) => Bytes(p.Received), p => p.Received, LargestFirst: true),
        new('s', "sent", "SENT", 4, (p, _) => Bytes(p.Sent), p => p.Sent, LargestFirst: true),
        new('c', "score", "SCORE", 3, (p, _) => Number(p.Score, "0.#"), p => p.Score, LargestFirst: false),
        new('u', "up", "UP", 3, (p, now) => p.Since is { } since ? Span(now - since) : "-", p => p.Since ?? DateTimeOffset.MaxValue, LargestFirst: false),
        new('g', "agent", "AGENT", 7, (p, _) => p.Agent, p => p.Agent, LargestFirst: false),
    ];

    public static Column? ByKey(char key) => All.FirstOrDefault(c => c.Key == key);

    public static Column? ByName(string name) => All.FirstOrDefault(c => c.Name == name);

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private static string Bytes(double bytes) => bytes < 10_000 ? $"{Number(bytes, "0")} B"
        : bytes < 10_000 * Kibi ? $"{Number(bytes / Kibi, "0")} KiB"
        : $"{Number(bytes / Mebi, "0")} MiB";

    private static string Span(TimeSpan time) => time.TotalSeconds < 0 ? "0 s"
        : time.TotalMinutes < 2 ? $"{Number(Math.Floor(time.TotalSeconds), "0")} s"
        : time.TotalHours < 2 ? $"{Number(Math.Floor(time.TotalMinutes), "0")} min"
        : time.TotalDays < 2 ? $"{Number(Math.Floor(time.TotalHours), "0")} h"
        : $"{Number(Math.Floor(time.TotalDays), "0")} d";
}
