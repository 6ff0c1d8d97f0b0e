using System.Collections.Immutable;
using Spectre.Console;
using Spectre.Console.Rendering;
using Line = Spectre.Console.Text;

namespace Meshara.Node.Watch;

/// <summary>The table as it is drawn: so many columns and rows as the terminal has room for.</summary>
internal static class WatchView
{
    private const int MostProblems = 3;

    /// <summary>The line about the node, the titles, the line about the keys, and that of the cursor.</summary>
    private const int Margin = 4;

    private static readonly string Foot = $"q ends, arrows scroll; sort by {string.Join(' ', Column.All.Select(c => $"{c.Key}={c.Name}"))}";

    /// <summary>How many peers fit.</summary>
    public static int RowsOf(WatchState state, int height) => Math.Max(1, height - Margin - Problems(state, height).Length);

    public static IRenderable Draw(WatchState state, int width, int height)
    {
        if (state.Last is not { } look)
        {
            return new Line("Asking the node ...");
        }

        var rows = state.Rows.ToList();
        var shown = rows.Skip(state.Above).Take(RowsOf(state, height)).ToList();
        var lines = new List<IRenderable> { Cropped(Title(state, look, rows.Count, shown.Count), Style.Plain, width) };
        lines.AddRange(Problems(state, height).Select(p => Cropped(p, new Style(Color.Red), width)));
        lines.Add(rows.Count == 0 ? Cropped("No peer is connected.", Style.Plain, width) : Table(state, shown, look.At, width));
        lines.Add(Cropped(Foot, new Style(Color.Grey), width));
        return new Rows(lines);
    }

    private static string Title(WatchState state, Look look, int all, int shown)
    {
        var part = shown < all ? $" ({state.Above + 1} to {state.Above + shown})" : "";
        return look.Node is not { } node ? "The node does not answer."
            : $"{node.Id}  {node.Network}  {all} connected{part}, {node.Known} known  {look.At.ToLocalTime():HH:mm:ss}";
    }

    private static Table Table(WatchState state, List<PeerRow> shown, DateTimeOffset now, int width)
    {
        var columns = Fitting(shown, now, width);
        var table = new Table().Border(TableBorder.None).Collapse();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Line(TitleOf(column, state), new Style(decoration: Decoration.Bold))).NoWrap().Padding(0, 0, 1, 0));
        }

        foreach (var row in shown)
        {
            var style = row.Score < 0 ? new Style(Color.Yellow) : Style.Plain;
            table.AddRow(columns.Select(c => new Line(c.Cell(row, now), style) { Overflow = Overflow.Ellipsis }));
        }

        return table;
    }

    /// <summary>The columns that the width has room for; the id is always there.</summary>
    private static ImmutableArray<Column> Fitting(List<PeerRow> shown, DateTimeOffset now, int width)
    {
        var widths = Column.All.ToDictionary(c => c, c => 1 + shown.Select(r => new Segment(c.Cell(r, now)).CellCount()).Append(c.Title.Length + 1).Max());
        var kept = Column.All.ToList();
        while (kept.Count > 1 && kept.Sum(c => widths[c]) > width)
        {
            kept.Remove(kept.OrderByDescending(c => c.Rank).First());
        }

        return [.. kept];
    }

    private static string TitleOf(Column column, WatchState state) => column != state.Sort ? column.Title : $"{column.Title}{(state.Descending ? '-' : '+')}";

    private static ImmutableArray<string> Problems(WatchState state, int height) =>
        [.. (state.Last?.Problems ?? []).Take(Math.Clamp(height - Margin - 1, 0, MostProblems))];

    /// <summary>On one line, whatever its length.</summary>
    private static Line Cropped(string text, Style style, int width) => new(Segment.SplitOverflow(new Segment(text), Overflow.Ellipsis, width)[0].Text, style);
}
