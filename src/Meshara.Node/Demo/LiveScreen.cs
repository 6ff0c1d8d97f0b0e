using Spectre.Console;
using Spectre.Console.Rendering;

namespace Meshara.Node.Demo;

/// <summary>The same on a terminal: acts, nodes and the latest events, redrawn in place.</summary>
internal sealed class LiveScreen(LiveDisplayContext display) : IScreen
{
    private const int Events = 6;

    public void Show(Play play)
    {
        display.UpdateTarget(Draw(play));
        display.Refresh();
    }

    public static IRenderable Draw(Play play) => new Rows(Acts(play), Nodes(play.Scene), Latest(play.Scene));

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
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (var column in NodeRows.Columns)
        {
            table.AddColumn(new TableColumn(column));
        }

        foreach (var (node, row) in scene.Nodes.Zip(NodeRows.Of(scene)))
        {
            var style = node.State == DemoState.Up ? Style.Plain : new Style(node.State == DemoState.Killed ? Color.Grey : Color.Red);
            table.AddRow(row.Select(cell => new Text(cell, style)));
        }

        return table;
    }

    private static Rows Latest(Scene scene) => new(scene.Events.TakeLast(Events)
        .Select(t => new Text($"{t.Event.At.ToLocalTime():HH:mm:ss} {NodeRows.Of(scene, t)}", new Style(Color.Grey))));
}
