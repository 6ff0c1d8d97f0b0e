using System.Collections.Immutable;

namespace Meshara.Node.Demo;

/// <summary>A line when an act begins and one when it is over, each once: for a file, a pipe or a dumb terminal.</summary>
internal sealed class PlainScreen(TextWriter output) : IScreen
{
    private Act? _begun;
    private int _told;

    public void Show(Play play)
    {
        if (play.Current is { } act && act != _begun)
        {
            _begun = act;
            output.WriteLine($"{act.Title} ...");
        }

        foreach (var played in play.Played.Skip(_told))
        {
            output.WriteLine($"  {NodeRows.Seconds(played.Took)}  {played.Outcome}");
            _told++;
        }
    }

    /// <summary>The nodes as they are at the end.</summary>
    public void Table(Scene scene)
    {
        ImmutableArray<ImmutableArray<string>> rows = [NodeRows.Columns, .. NodeRows.Of(scene)];
        var widths = NodeRows.Columns.Select((_, column) => rows.Max(r => r[column].Length)).ToList();
        output.WriteLine();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        output.WriteLine();
    }
}
