using Meshara.Actors;
using Meshara.Node.Demo;
using Shouldly;
using Spectre.Console;
using Xunit;

namespace Meshara.Node.Tests.Demo;

public sealed class ScreenTests
{
    private static readonly string[] Told =
        ["3 nodes start, each with its own identity, store and port ...", "  1.50 s  3 are up", "They find each other ..."];

    [Fact]
    public void The_plain_screen_says_each_thing_once_however_often_it_is_shown()
    {
        var output = new StringWriter { NewLine = "\n" };
        var screen = new PlainScreen(output);
        var acts = Script.Of(3);
        var begun = new Play(acts).Begin(acts[0]);
        screen.Show(begun);
        screen.Show(begun with { Elapsed = TimeSpan.FromSeconds(1) });
        var ended = (begun with { Elapsed = TimeSpan.FromSeconds(1.5), Scene = Scenes.Of("ABC") }).End();
        screen.Show(ended);
        screen.Show(ended);
        screen.Show(ended.Begin(acts[1]));

        output.ToString().TrimEnd().Split('\n').ShouldBe(Told);
    }

    [Fact]
    public void The_live_screen_has_the_acts_the_nodes_and_the_latest_events()
    {
        var acts = Script.Of(3);
        var scene = Scenes.Of("ABC", "AB").Told("A", MeshEventKind.PeerConnected, "B");
        var play = (new Play(acts).Begin(acts[0]) with { Elapsed = TimeSpan.FromSeconds(1.5), Scene = scene }).End().Begin(acts[1]);

        var drawn = Render(LiveScreen.Draw(play, height: 24)).Split('\n').Select(l => l.Trim()).ToList();

        drawn[0].ShouldBe("1.50 s  3 nodes start, each with its own identity, store and port: 3 are up");
        drawn[1].ShouldBe("0.00 s  They find each other");
        drawn.ShouldContain(l => l.StartsWith("A    41414141 7065 B", StringComparison.Ordinal));
        drawn.ShouldContain(l => l.EndsWith("A peer-connected B", StringComparison.Ordinal));
    }

    [Fact]
    public void The_live_screen_of_five_nodes_fits_a_terminal_of_80_by_24()
    {
        var scene = Enumerable.Range(0, 50).Aggregate(Scenes.Of("ABCDEF").WithHostile("M"), (s, _) => s.Told("A", MeshEventKind.PeerConnected, "B"));

        Render(LiveScreen.Draw(new Play(Script.Of(5)) { Scene = scene }, height: 24)).TrimEnd().Split('\n').Length.ShouldBeLessThan(24);
    }

    private static string Render(Spectre.Console.Rendering.IRenderable drawing)
    {
        var output = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 80;
        console.Write(drawing);
        return output.ToString();
    }
}
