using System.Collections.Immutable;

namespace Meshara.Node.Watch;

/// <summary>What a look at the node gave.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Its short id and its network, and how many peers it knows; null when it did not answer.</param>
/// <param name="Peers">Those that are connected.</param>
/// <param name="Problems">What it says is wrong, or why it did not answer.</param>
internal sealed record Look(DateTimeOffset At, NodeLine? Node, ImmutableArray<PeerRow> Peers, ImmutableArray<string> Problems);

/// <summary>Who the node is.</summary>
internal sealed record NodeLine(string Id, string Network, int Known);

/// <summary>The table and how a person has it, immutable.</summary>
internal sealed record WatchState(Column Sort, bool Descending = false)
{
    public Look? Last { get; private init; }

    /// <summary>How many rows are above the first that is shown.</summary>
    public int Above { get; private init; }

    /// <summary>Whether the person has seen enough.</summary>
    public bool Ended { get; private init; }

    /// <summary>The peers in the order that was asked for; among equals by id, so that no row jumps.</summary>
    public IEnumerable<PeerRow> Rows
    {
        get
        {
            var rows = Last?.Peers ?? [];
            var ordered = Descending ? rows.OrderByDescending(Sort.Order) : rows.OrderBy(Sort.Order);
            return ordered.ThenBy(r => r.Id, StringComparer.Ordinal);
        }
    }

    /// <summary>With a new look. While the node does not answer, the last that is known of it stays.</summary>
    public WatchState With(Look look)
    {
        if (look.Node is null && Last is not null)
        {
            return this with { Last = Last with { Problems = look.Problems } };
        }

        var (earlier, time) = (Last?.Peers.ToDictionary(p => p.Id) ?? [], look.At - (Last?.At ?? look.At));
        var peers = look.Peers.Select(p => p.After(earlier.GetValueOrDefault(p.Id), time)).ToImmutableArray();
        return this with { Last = look with { Peers = peers }, Above = Math.Clamp(Above, 0, Math.Max(0, peers.Length - 1)) };
    }

    /// <summary>After a key: a column's letter sorts by it, and turns the order round the second time; q and Escape end; arrows scroll.</summary>
    /// <param name="page">How many rows fit on the screen.</param>
    public WatchState Press(ConsoleKeyInfo key, int page) => key.Key switch
    {
        ConsoleKey.Q or ConsoleKey.Escape => this with { Ended = true },
        ConsoleKey.UpArrow => Scroll(-1),
        ConsoleKey.DownArrow => Scroll(1),
        ConsoleKey.PageUp => Scroll(-page),
        ConsoleKey.PageDown => Scroll(page),
        ConsoleKey.Home => this with { Above = 0 },
        ConsoleKey.End => Scroll(Last?.Peers.Length ?? 0),
        _ when Column.ByKey(char.ToLowerInvariant(key.KeyChar)) is { } column =>
            this with { Sort = column, Descending = column == Sort ? !Descending : column.LargestFirst, Above = 0 },
        _ => this,
    };

    private WatchState Scroll(int rows) => this with { Above = Math.Clamp(Above + rows, 0, Math.Max(0, (Last?.Peers.Length ?? 0) - 1)) };
}
