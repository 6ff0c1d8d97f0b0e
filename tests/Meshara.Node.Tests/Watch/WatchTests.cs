using System.Text.Json.Nodes;
using System.Threading.Channels;
using Meshara.Node.Output;
using Meshara.Node.Watch;
using Shouldly;
using Spectre.Console;
using Spectre.Console.Rendering;
using Xunit;

namespace Meshara.Node.Tests.Watch;

/// <summary>The live table, without a terminal and without a node.</summary>
public sealed class WatchTests
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly PeerRow Near = new("aaaaaaaa11", "192.0.2.1:7373", "inbound", "mdns", 1.25, 300, 900, 2, Noon.AddMinutes(-5), "meshara/0.1.0");

    private static readonly PeerRow Far = new("bbbbbbbb22", "192.0.2.2:7373", "outbound", "manual", 80, 200_000, 100, -7, Noon.AddHours(-5), "meshara/0.1.0");

    private static readonly PeerRow Silent = new("cccccccc33", "192.0.2.3:7373", "outbound", "exchange", null, 0, 0, 0, Noon, "meshara/0.1.0");

    private static readonly WatchState Three = new WatchState(Column.ByName("id")!).With(LookOf(Noon, Far, Near, Silent));

    [Fact]
    public void The_table_has_the_node_its_peers_and_what_the_keys_do()
    {
        var lines = Render(WatchView.Draw(Three, 120, 24), 120);

        lines[0].ShouldStartWith("12345678  lab  3 connected, 7 known");
        lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["ID+", "ADDRESS", "DIRECTION", "FOUND", "BY", "RTT", "IN", "OUT", "RECEIVED", "SENT", "SCORE", "UP", "AGENT"]);
        lines[2].ShouldStartWith("aaaaaaaa 192.0.2.1:7373 inbound   mdns     1.3 ms");
        lines[3].ShouldContain("195 KiB");
        lines[4].ShouldStartWith("cccccccc");
        lines[5].ShouldStartWith("q ends, arrows scroll; sort by i=id a=address");
        Render(WatchView.Draw(Three, 80, 24), 80)[1].ShouldNotContain("AGENT");
    }

    [Fact]
    public void A_letter_sorts_by_its_column_and_again_turns_the_order_round()
    {
        Ids(Three).ShouldBe("a b c");
        Ids(Press(Three, 't')).ShouldBe("a b c");
        Ids(Press(Three, 't', 't')).ShouldBe("c b a");
        Ids(Press(Three, 'r')).ShouldBe("b a c");
        Ids(Press(Three, 'R', 'r')).ShouldBe("c a b");
        Ids(Press(Three, 'c')).ShouldBe("b c a");
        Ids(Press(Three, 'u')).ShouldBe("b a c");
        Ids(Press(Three, 'x', '\0', '\u001b')).ShouldBe("a b c");
        Column.All.Select(c => c.Key).ShouldBeUnique();
    }

    [Fact]
    public void Rates_are_those_since_the_last_look_at_the_same_connection()
    {
        var later = Three.With(LookOf(Noon.AddSeconds(2), Near with { Received = 4300, Sent = 900 }, Far with { Since = Noon.AddSeconds(1), Received = 10 }));

        var rows = later.Rows.ToList();
        (rows[0].In, rows[0].Out).ShouldBe((2000, 0));
        (rows[1].In, rows[1].Out).ShouldBe((null, null));
        Three.Rows.ShouldAllBe(r => r.In == null);
    }

    [Fact]
    public void While_the_node_does_not_answer_the_last_that_is_known_stays_with_the_reason()
    {
        var silent = Three.With(new Look(Noon.AddSeconds(1), null, [], ["No node is running in ./b; it is asked again."]));

        var lines = Render(WatchView.Draw(silent, 120, 24), 120);
        lines[1].ShouldBe("No node is running in ./b; it is asked again.");
        lines.ShouldContain(l => l.StartsWith("aaaaaaaa", StringComparison.Ordinal));
        silent.With(LookOf(Noon.AddSeconds(2), Near)).Last!.Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 10)]
    [InlineData(20, 6)]
    public void Five_hundred_peers_fit_any_terminal_and_scroll(int width, int height)
    {
        var many = Enumerable.Range(0, 500).Select(i => Near with { Id = $"{i:x8}00", Address = $"[2001:db8::{i:x}]:7373" });
        var state = Three.With(LookOf(Noon, [.. many]) with { Problems = ["The store is away.", "Nobody answers."] });

        var lines = Render(WatchView.Draw(state, width, height), width);
        lines.Count.ShouldBeLessThan(height);
        lines.ShouldAllBe(l => l.Length <= width);
        var page = WatchView.RowsOf(state, height);
        var next = Render(WatchView.Draw(Press(state, ConsoleKey.PageDown, page), width, height), width);
        next.First(l => l.StartsWith("0000", StringComparison.Ordinal)).ShouldStartWith($"{page:x8}");
        Press(state, ConsoleKey.End, page).Above.ShouldBe(499);
        Press(Press(state, ConsoleKey.End, page), ConsoleKey.DownArrow, page).Above.ShouldBe(499);
        Press(Press(state, ConsoleKey.End, page), ConsoleKey.Home, page).Above.ShouldBe(0);
        Press(state, ConsoleKey.End, page).With(LookOf(Noon, Near)).Above.ShouldBe(0);
    }

    [Fact]
    public void What_a_peer_chose_cannot_move_the_cursor_and_is_no_markup()
    {
        var hostile = JsonNode.Parse("""{"peerId":"dddddddd44","address":"192.0.2.4:1","direction":"inbound","source":"inbound","bytesSent":1,"bytesReceived":1,"reputation":0.5,"agent":"[red]\u001b[2J\n"}""")!;

        var drawn = string.Join('\n', Render(WatchView.Draw(Three.With(LookOf(Noon, PeerRow.Of(hostile.AsObject()))), 200, 24), 200));

        drawn.ShouldContain("[red]?[2J?");
        drawn.ShouldNotContain('\u001b');
    }

    [Fact]
    public void The_answers_of_a_node_are_a_look_and_anything_else_is_none()
    {
        var status = JsonNode.Parse("""{"nodeId":"1234567890","network":"lab","known":7,"problems":["cold"]}""")!.AsObject();
        var peers = JsonNode.Parse("""{"peers":[]}""")!.AsObject();

        var look = NodeLooks.Of(status, peers, Noon)!;

        (look.Node, look.Peers.Length, look.Problems[0]).ShouldBe((new NodeLine("12345678", "lab", 7), 0, "cold"));
        NodeLooks.Of(status, Json.Error("no-answer", "x"), Noon).ShouldBeNull();
        NodeLooks.Of(null, peers, Noon).ShouldBeNull();
    }

    [Theory]
    [InlineData(ConsoleKey.Q)]
    [InlineData(ConsoleKey.Escape)]
    public async Task It_draws_each_look_and_each_key_and_ends_with_q(ConsoleKey end)
    {
        var keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
        var drawn = new List<string>();
        var looks = 0;
        var watcher = new Watcher(
            _ => Task.FromResult(LookOf(Noon.AddSeconds(looks), [Near, Far, .. ++looks < 3 ? Array.Empty<PeerRow>() : [Silent]])),
            keys.Reader,
            picture =>
            {
                drawn.Add(string.Join('\n', Render(picture, 120)));
                switch (looks, drawn.Count)
                {
                    case ( >= 3, _) when drawn[^1].Contains("RECEIVED-", StringComparison.Ordinal):
                        keys.Writer.TryWrite(new ConsoleKeyInfo('\0', end, false, false, false));
                        break;
                    case ( >= 3, _) when drawn[^1].Contains("cccccccc", StringComparison.Ordinal):
                        keys.Writer.TryWrite(Key('r'));
                        break;
                }
            },
            () => (120, 24),
            TimeProvider.System,
            TimeSpan.Zero);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await watcher.RunAsync(new WatchState(Column.ByName("id")!), patience.Token);

        patience.IsCancellationRequested.ShouldBeFalse();

        drawn[0].ShouldBe("Asking the node ...");
        drawn.ShouldContain(d => d.Contains("2 connected", StringComparison.Ordinal));
        drawn[^1].ShouldContain("RECEIVED-");
    }

    [Fact]
    public async Task It_ends_with_ctrl_c_also_while_the_node_does_not_answer_and_the_keys_are_gone()
    {
        var keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
        keys.Writer.Complete();
        using var stop = new CancellationTokenSource();
        var watcher = new Watcher(
            async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return LookOf(Noon);
            },
            keys.Reader,
            _ => stop.CancelAfter(TimeSpan.FromMilliseconds(50)),
            () => (80, 24),
            TimeProvider.System,
            TimeSpan.Zero);

        await watcher.RunAsync(Three, stop.Token).WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static Look LookOf(DateTimeOffset at, params PeerRow[] peers) => new(at, new NodeLine("12345678", "lab", 7), [.. peers], []);

    private static string Ids(WatchState state) => string.Join(' ', state.Rows.Select(r => r.Id[0]));

    private static WatchState Press(WatchState state, params char[] letters) => letters.Aggregate(state, (s, letter) => s.Press(Key(letter), 10));

    private static WatchState Press(WatchState state, ConsoleKey key, int page) => state.Press(new ConsoleKeyInfo('\0', key, false, false, false), page);

    private static ConsoleKeyInfo Key(char letter) => new(letter, Enum.TryParse<ConsoleKey>($"{letter}", ignoreCase: true, out var key) && char.IsLetter(letter) ? key : ConsoleKey.None, false, false, false);

    private static List<string> Render(IRenderable drawing, int width)
    {
        var output = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;
        console.Write(drawing);
        return [.. output.ToString().TrimEnd().Split('\n').Select(l => l.TrimEnd())];
    }
}
