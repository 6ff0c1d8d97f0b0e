using Akka.Actor;
using Meshara.Actors;
using Akka.Configuration;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>What others see of a node while it lives and when it goes.</summary>
public sealed class EventsTests : IDisposable
{
    private const string AnyPort = "127.0.0.1:0";

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_follower_sees_peers_come_and_go_and_ends_with_the_node()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var follower = NodeProcess.Follow("events", "--follow", "--json", "--data", _data["one"]);
        await follower.NextAsync("ready");

        using (var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", one.Address))
        {
            (await follower.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(two.Id);
            two.Signal("INT");
            (await follower.NextAsync("peer-disconnected"))["reason"]!.ToString().ShouldBe("shutting-down");
        }

        one.Signal();
        await follower.NextAsync("stopped");
        (await follower.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_the_command_line_sends_arrives_in_a_program_that_hosts_a_node()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        var system = ActorSystem.Create("host");
        try
        {
            var mesh = await Mesh.StartAsync(system, overrides: ConfigurationFactory.ParseString(
                $$"""meshara { listen = "127.0.0.1:0", data = "{{_data["host"]}}", discovery.enabled-methods = [manual] }"""));
            var host = await mesh.ReadyAsync();
            await mesh.AddPeerAsync(PeerAddress.Parse(one.Address));
            await one.NextAsync("peer-connected");
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await using var messages = mesh.ReceiveAsync("chat", patience.Token).GetAsyncEnumerator(patience.Token);
            var next = messages.MoveNextAsync().AsTask();

            (await NodeProcess.CommandAsync("send", host.Id.ToString(), "chat", "grüß dich", "--data", _data["one"])).Exit.ShouldBe(0);

            (await next).ShouldBeTrue();
            System.Text.Encoding.UTF8.GetString(messages.Current.Payload.Span).ShouldBe("grüß dich");
            messages.Current.From.ToString().ShouldBe(one.Id);
        }
        finally
        {
            await system.Terminate();
        }
    }
}
