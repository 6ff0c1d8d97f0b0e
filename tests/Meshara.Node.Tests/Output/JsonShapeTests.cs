using System.Text.Json;
using System.Text.Json.Nodes;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Output;

/// <summary>The JSON of every command: names, order and kinds of its fields. Scripts rely on it; it may grow, never change.</summary>
public sealed class JsonShapeTests : IAsyncLifetime
{
    private const string Peer =
        "peerId: String, publicKey: String, address: String, direction: String, connectedSince: String, bytesSent: Number, " +
        "bytesReceived: Number, lastSeen: String, reputation: Number, rttMs: Number, agent: String, source: String, protected: ";

    private readonly TempFolder _data = new();
    private NodeProcess _one = null!;
    private NodeProcess _two = null!;

    public async Task InitializeAsync()
    {
        _one = await NodeProcess.RunAsync(_data["one"], "--listen", "127.0.0.1:0");
        _two = await NodeProcess.RunAsync(_data["two"], "--listen", "127.0.0.1:0", "--peer", _one.Address);
        await _two.NextAsync("peer-connected");
        await _one.NextAsync("peer-connected");

        // The first pong brings the round-trip time.
        (await AskAsync("ping", _one.Id)).GetProperty("rttMs").GetDouble().ShouldBeGreaterThan(0);
    }

    public Task DisposeAsync()
    {
        _one.Dispose();
        _two.Dispose();
        _data.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public void The_first_line_of_run_is_ready() =>
        Shape(JsonSerializer.SerializeToElement(_one.Ready)).ShouldBe(
            "{ event: String, nodeId: String, publicKey: String, listen: [ String ], data: String, pid: Number }");

    [Fact]
    public async Task Each_command_has_its_fields()
    {
        Shape(await AskAsync("id")).ShouldBe("{ schema: Number, nodeId: String, publicKey: String }");
        Shape(await AskAsync("status")).ShouldBe(
            "{ schema: Number, nodeId: String, publicKey: String, network: String, listen: [ String ], data: String, pid: Number, since: String, " +
            "connected: Number, known: Number, dialling: Number, handshakes: Number, rejections: {  }, healthy: True, problems: [  ] }");
        Shape(await AskAsync("peers")).ShouldBe($"{{ schema: Number, peers: [ {{ {Peer}True }} ] }}");
        Shape(await AskAsync("ping", _one.Id[..6])).ShouldBe("{ schema: Number, peerId: String, rttMs: Number }");
        Shape(await AskAsync("send", _one.Id[..12], "chat", "hello")).ShouldBe("{ schema: Number, peerId: String, queued: True }");
        Shape(await AskAsync("peer", "show", _one.Id)).ShouldBe(
            $"{{ schema: Number, {Peer}True, firstSeen: String, bannedUntil: Null, removedUntil: Null, " +
            "addresses: [ { address: String, proven: True, lastTry: String, lastFailure: Null } ] }");
        Shape(await AskAsync("peer", "add", _one.Address)).ShouldBe(
            $"{{ schema: Number, peerId: String, alreadyConnected: True, peer: {{ {Peer}True }} }}");
        Shape(await AskAsync("peer", "remove", _one.Id)).ShouldBe("{ schema: Number, peerId: String, removed: True }");
    }

    [Fact]
    public async Task The_values_are_those_of_the_contract()
    {
        var peer = (await AskAsync("peers")).GetProperty("peers")[0];

        peer.GetProperty("peerId").GetString().ShouldBe(_one.Id);
        peer.GetProperty("publicKey").GetString().ShouldBe(_one.Ready["publicKey"]!.ToString());
        peer.GetProperty("address").GetString().ShouldBe(_one.Address);
        peer.GetProperty("direction").GetString().ShouldBe("outbound");
        peer.GetProperty("source").GetString().ShouldBe("manual");
        peer.GetProperty("connectedSince").GetDateTimeOffset().Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Events_leave_out_what_does_not_apply()
    {
        var (_, output, _) = await NodeProcess.CommandAsync("events", "--json", "--data", _data["two"]);

        var events = output.Trim().Split('\n').Select(line => Shape(JsonSerializer.Deserialize<JsonElement>(line))).ToList();
        events[0].ShouldBe("{ event: String, at: String, peerId: String }");
        events.Last().ShouldBe("{ event: String, at: String, peerId: String, address: String, direction: String, source: String }");
    }

    [Fact]
    public async Task An_error_has_its_reason_and_its_sentence_on_stderr_and_nothing_on_stdout()
    {
        var (exit, output, error) = await NodeProcess.CommandAsync("ping", new string('a', 64), "--json", "--data", _data["two"]);

        (exit, output).ShouldBe((1, ""));
        error.ShouldStartWith("unknown-peer: ");
        error.TrimEnd().ShouldEndWith(".");
    }

    [Theory]
    [InlineData("abcde", 2, "6 or more")]
    [InlineData("not-hexadecimal", 2, "6 or more")]
    [InlineData("aaaaaa", 1, "unknown-peer")]
    public async Task An_id_that_is_none_is_refused(string id, int exit, string says)
    {
        var answer = await NodeProcess.CommandAsync("ping", id, "--data", _data["two"]);

        answer.Exit.ShouldBe(exit);
        answer.Error.ShouldContain(says);
    }

    private async Task<JsonElement> AskAsync(params string[] command)
    {
        var (exit, output, error) = await NodeProcess.CommandAsync([.. command, "--json", "--data", _data["two"]]);
        exit.ShouldBe(0, error);
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    private static string Shape(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{ {string.Join(", ", value.EnumerateObject().Select(p => $"{p.Name}: {Shape(p.Value)}"))} }}",
        JsonValueKind.Array => $"[ {string.Join(", ", value.EnumerateArray().Select(Shape).Distinct())} ]",
        var kind => $"{kind}",
    };
}
