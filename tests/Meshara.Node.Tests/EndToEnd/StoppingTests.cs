using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Meshara.Node.Tests.Control;
using Meshara.Tests;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

public sealed class StoppingTests : IDisposable
{
    private const string AnyPort = "127.0.0.1:0";

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task Ctrl_C_stops_a_node_at_once_and_its_peer_is_told_why()
    {
        Requires.Linux();
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", one.Address);
        await one.NextAsync("peer-connected");

        var asked = Stopwatch.GetTimestamp();
        one.Interrupt();

        (await one.ExitAsync()).ShouldBe(0);
        Stopwatch.GetElapsedTime(asked).ShouldBeLessThan(TimeSpan.FromSeconds(2));
        (await one.RestAsync())[^1]["event"]!.ToString().ShouldBe("stopped");
        (await two.NextAsync("peer-disconnected"))["reason"]!.ToString().ShouldBe("shutting-down");
    }

    [SkippableFact]
    public async Task Who_follows_the_events_sees_a_peer_come_and_go_and_ends_in_peace_on_Ctrl_C()
    {
        Requires.Linux();
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var follower = NodeProcess.Follow(_data["one"]);
        await follower.NextAsync("ready");

        string id;
        using (var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", one.Address))
        {
            id = two.Id;
            (await follower.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(id);
            two.Terminate();
            (await two.ExitAsync()).ShouldBe(0);
        }

        var gone = await follower.NextAsync("peer-disconnected");
        (gone["peerId"]!.ToString(), gone["reason"]!.ToString()).ShouldBe((id, "shutting-down"));
        follower.Interrupt();
        (await follower.ExitAsync()).ShouldBe(0);
        follower.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_follows_the_events_sees_the_last_one_of_a_node_that_stops_and_ends_in_peace()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var follower = NodeProcess.Follow(_data["one"]);
        await follower.NextAsync("ready");

        one.Terminate();

        (await follower.RestAsync())[^1]["event"]!.ToString().ShouldBe("stopped");
        (await follower.ExitAsync()).ShouldBe(0);
        follower.Errors.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Who_follows_the_events_ends_when_nobody_reads_what_it_prints()
    {
        Requires.Linux();
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var follower = await NodeProcess.UnreadAsync("events", "--follow", "--data", _data["one"]);

        follower.CloseOutput();

        (await follower.ExitAsync()).ShouldBe(0);
    }

    [SkippableFact]
    public async Task A_node_whose_output_nobody_reads_stops_all_the_same()
    {
        Requires.Linux();
        using var one = await NodeProcess.UnreadAsync("run", "--json", "--no-mdns", "--listen", AnyPort, "--data", _data["one"]);

        // Far more than a pipe holds: each is a dial that fails, and so an event.
        for (var i = 0; i < 50; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
                ControlLine.AskAsync(_data["one"], """{"command":"peer-add","target":"127.0.0.1:1"}""")));
        }

        var clock = Stopwatch.StartNew();
        one.Terminate();
        (await one.ExitAsync()).ShouldBe(0);

        // What it waits for is not the ten seconds after which Akka gives up its actors.
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task Who_asks_a_node_that_is_killed_before_it_answers_is_told_so()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var adding = NodeProcess.CommandAsync("peer", "add", silent.LocalEndpoint.ToString()!, "--data", _data["one"]);
        using var dialled = await silent.AcceptSocketAsync();
        one.Kill();

        var (exit, output, error) = await adding;
        (exit, output).ShouldBe((1, ""));
        error.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith("no-answer: ");
    }
}
