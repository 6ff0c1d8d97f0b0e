using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>The program sends but shows nothing that it receives: that is for hosts of the library, as this test is one.</summary>
public sealed class MessageTests : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private readonly ActorSystem _host = ActorSystem.Create("host", "akka { loglevel = WARNING, stdout-loglevel = OFF }");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _host.Terminate();
        _data.Dispose();
    }

    [Fact]
    public async Task A_text_sent_from_the_command_line_arrives_as_it_is()
    {
        const string Text = "Grüße, \"мир\" \\ 🌍\n\tend";
        var mesh = await Mesh.StartAsync(_host, Mesh.DefaultName, ConfigurationFactory.ParseString(
            $"meshara {{ listen = \"127.0.0.1:0\", data = \"{_data["host"]}\", discovery.enabled-methods = [manual] }}"));
        var host = await mesh.ReadyAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var messages = mesh.ReceiveAsync("chat", patience.Token).GetAsyncEnumerator(patience.Token);
        var received = messages.MoveNextAsync();
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", "127.0.0.1:0", "--peer", host.Listen[0].ToString());
        await one.NextAsync("peer-connected");

        var (exit, output, error) = await NodeProcess.CommandAsync("send", host.Id.ToString()[..6], "chat", Text, "--data", _data["one"]);

        (exit, output.Trim(), error).ShouldBe((0, "Queued.", ""));
        (await received).ShouldBeTrue();
        messages.Current.From.ToString().ShouldBe(one.Id);
        Encoding.UTF8.GetString(messages.Current.Payload.Span).ShouldBe(Text);
    }
}
