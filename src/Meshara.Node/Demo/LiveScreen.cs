using Spectre.Console;
using Spectre.Console.Rendering;

namespace Meshara.Node.Demo;

/// <summary>The same on a terminal: acts, nodes and the latest events, redrawn in place.</summary>
/// <param name="draw">Shows a picture in the place of the one before.</param>
/// <param name="height">Of the terminal, in lines: what the acts and the nodes leave free is for events.</param>
internal sealed class LiveScreen(Action<IRenderable> draw, int height) : IScreen
{
    private const int FewestEvents = 3, MostEvents = 10;

    /// <summary>The header of the table, what is around it, and the line of the cursor.</summary>
    private const int Margin = 4;

    public void Show(Play play) => draw(Draw(play, height));

    public static IRenderable Draw(Play play, int height)
    {
        var events = Math.Clamp(height - play.Acts.Length - play.Scene.Nodes.Length - Margin, FewestEvents, MostEvents);
        return new Rows(Acts(play), Text.Empty, Nodes(play.Scene), Text.Empty, Latest(play.Scene, events));
    }

    private static Grid Acts(Play play)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var act in play.Acts)
        {
            if (play.Played.FirstOrDefault(p => p.Act == act) is { } played)
            {
                grid.AddRow(new Text(NodeRows.Seconds(played.Took).PadLeft(7), new Style(Color.Green)), new Markup(
                    $"{Markup.Escape(act.Title)}: [green]{Markup.Escape(played.Outcome)}[/]"));
            }
            else
            {
                var now = play.Current == act;
                var style = now ? new Style(play.Failure is null ? Color.Yellow : Color.Red) : new Style(Color.Grey);
                grid.AddRow(new Text(now ? NodeRows.Seconds(play.InAct).PadLeft(7) : "", style), new Text(act.Title, style));
            }
        }

        return grid;
    }

    private static Table Nodes(Scene scene)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var column in NodeRows.Columns)
        {
            table.AddColumn(new TableColumn(column).Padding(0, 0, 1, 0));
        }

        foreach (var (node, row) in scene.Nodes.Zip(NodeRows.Of(scene)))
        {
            var style = node.State == DemoState.Up ? Style.Plain : new Style(node.State == DemoState.Killed ? Color.Grey : Color.Red);
            table.AddRow(row.Select(cell => new Text(cell, style)));
        }

        return table;
    }

    private static Rows Latest(Scene scene, int count) => new(scene.Events.TakeLast(count)
        .Select(t => new Text($"{t.Event.At.ToLocalTime():HH:mm:ss} {NodeRows.Of(scene, t)}", new Style(Color.Grey))));
}
