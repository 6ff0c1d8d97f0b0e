using System.Diagnostics;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Control;

public sealed class CrowdTests(RunningNode node) : IClassFixture<RunningNode>, IDisposable
{
    private const string Status = """{"command":"status"}""";

    private const string Follow = """{"command":"events","follow":true}""";

    private readonly List<ControlLine> _crowd = [];

    public void Dispose() => _crowd.ForEach(l => l.Dispose());

    [Fact]
    public async Task Fifty_that_ask_at_one_time_are_all_answered()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ControlLine.AskAsync(node.Data, Status)));

        answers.ShouldAllBe(a => a["nodeId"]!.ToString() == node.Process.Id);
    }

    [Fact]
    public async Task Of_a_hundred_that_say_nothing_the_oldest_give_way_and_who_asks_is_served()
    {
        await Crowd(100, null);
        var asked = Stopwatch.GetTimestamp();

        (await ControlLine.AskAsync(node.Data, Status))["nodeId"]!.ToString().ShouldBe(node.Process.Id);
        (await _crowd[0].ReadToEndAsync()).ShouldBeEmpty();

        // Nobody waited until the silent ones' 10 s were over.
        Stopwatch.GetElapsedTime(asked).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Of_a_hundred_that_follow_events_and_never_read_those_over_the_bound_are_refused_and_the_node_goes_on()
    {
        await Crowd(100, Follow);

        // Each of these is an event for every follower, far more than the buffers of the system hold.
        for (var i = 0; i < 50; i++)
        {
            var failed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
                ControlLine.AskAsync(node.Data, """{"command":"peer-add","target":"127.0.0.1:1"}""")));
            failed.ShouldAllBe(f => f["error"]!["reason"]!.ToString() == "refused");
        }

        var refused = JsonNode.Parse(await _crowd[^1].ReadToEndAsync())!;
        refused["error"]!["reason"]!.ToString().ShouldBe("rate-limited");
        (await ControlLine.AskAsync(node.Data, Status))["nodeId"]!.ToString().ShouldBe(node.Process.Id);
        node.Process.PeakMemory.ShouldBeLessThan(300L * 1024 * 1024);
    }

    [Fact]
    public async Task Who_followed_and_has_gone_holds_no_place()
    {
        for (var i = 0; i < 100; i++)
        {
            await Crowd(1, Follow);
            await _crowd[^1].ReadAsync();
            _crowd[^1].Dispose();
        }

        // The node hears of the last ones a moment after they have gone.
        string answer;
        do
        {
            await Crowd(1, Follow);
            answer = await _crowd[^1].ReadAsync();
        }
        while (answer.Contains("rate-limited", StringComparison.Ordinal));

        answer.ShouldContain("\"event\":\"ready\"");
    }

    private async Task Crowd(int count, string? request)
    {
        for (var i = 0; i < count; i++)
        {
            _crowd.Add(await ControlLine.ConnectAsync(node.Data));
            if (request is not null)
            {
                await _crowd[^1].SendAsync(request + "\n");
            }
        }
    }
}
