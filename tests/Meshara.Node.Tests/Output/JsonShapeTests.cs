using System.Text.Json;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Output;

/// <summary>The JSON of every command: names, order and kinds of its fields. Scripts rely on it; it may grow, never change.</summary>
public sealed class JsonShapeTests(JsonShapeTests.TwoNodes nodes) : IClassFixture<JsonShapeTests.TwoNodes>
{
    private const string Peer =
        "peerId: String, publicKey: String, address: String, direction: String, connectedSince: String, bytesSent: Number, " +
        "bytesReceived: Number, lastSeen: String, reputation: Number, rttMs: Number, agent: String, source: String, protected: ";

    [Fact]
    public void The_first_line_of_run_is_ready() =>
        Shape(JsonSerializer.SerializeToElement(nodes.One.Ready)).ShouldBe(
            "{ event: String, nodeId: String, publicKey: String, listen: [ String ], data: String, pid: Number }");

    [Fact]
    public async Task Each_command_has_its_fields()
    {
        Shape(await AskAsync("id")).ShouldBe("{ schema: Number, nodeId: String, publicKey: String }");
        Shape(await AskAsync("status")).ShouldBe(
            "{ schema: Number, nodeId: String, publicKey: String, network: String, listen: [ String ], data: String, pid: Number, since: String, " +
            "connected: Number, known: Number, dialling: Number, handshakes: Number, rejections: {  }, healthy: True, problems: [  ] }");
        Shape(await AskAsync("peers")).ShouldBe($"{{ schema: Number, peers: [ {{ {Peer}True }} ] }}");
        Shape(await AskAsync("ping", nodes.One.Id[..6])).ShouldBe("{ schema: Number, peerId: String, rttMs: Number }");
        Shape(await AskAsync("send", nodes.One.Id[..12], "chat", "hello")).ShouldBe("{ schema: Number, peerId: String, queued: True }");
        Shape(await AskAsync("peer", "show", nodes.One.Id)).ShouldBe(
            $"{{ schema: Number, {Peer}True, firstSeen: String, bannedUntil: Null, removedUntil: Null, " +
            "addresses: [ { address: String, proven: True, lastTry: String, lastFailure: Null } ] }");
        Shape(await AskAsync("peer", "add", nodes.One.Address)).ShouldBe(
            $"{{ schema: Number, peerId: String, alreadyConnected: True, peer: {{ {Peer}True }} }}");
    }

    [Fact]
    public async Task Removing_a_peer_has_its_fields()
    {
        using var two = await NodeProcess.RunAsync(nodes.Data["three"], "--listen", "127.0.0.1:0", "--peer", nodes.One.Address);
        await two.NextAsync("peer-connected");

        var (_, output, _) = await NodeProcess.CommandAsync("peer", "remove", nodes.One.Id, "--json", "--data", nodes.Data["three"]);

        Shape(JsonSerializer.Deserialize<JsonElement>(output)).ShouldBe("{ schema: Number, peerId: String, removed: True }");
    }

    [Fact]
    public async Task The_values_are_those_of_the_contract()
    {
        var peer = (await AskAsync("peers")).GetProperty("peers")[0];

        peer.GetProperty("peerId").GetString().ShouldBe(nodes.One.Id);
        peer.GetProperty("publicKey").GetString().ShouldBe(nodes.One.Ready["publicKey"]!.ToString());
        peer.GetProperty("address").GetString().ShouldBe(nodes.One.Address);
        peer.GetProperty("direction").GetString().ShouldBe("outbound");
        peer.GetProperty("source").GetString().ShouldBe("manual");
        peer.GetProperty("connectedSince").GetDateTimeOffset().Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Events_leave_out_what_does_not_apply()
    {
        var (_, output, _) = await NodeProcess.CommandAsync("events", "--json", "--data", nodes.Folder);

        var events = output.Trim().Split('\n').Select(line => Shape(JsonSerializer.Deserialize<JsonElement>(line))).ToList();
        events[0].ShouldBe("{ event: String, at: String, peerId: String }");
        events.Last().ShouldBe("{ event: String, at: String, peerId: String, address: String, direction: String, source: String }");
    }

    [Fact]
    public async Task An_error_has_its_reason_and_its_sentence_on_stderr_and_nothing_on_stdout()
    {
        var (exit, output, error) = await NodeProcess.CommandAsync("ping", new string('a', 64), "--json", "--data", nodes.Folder);

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
        var answer = await NodeProcess.CommandAsync("ping", id, "--data", nodes.Folder);

        answer.Exit.ShouldBe(exit);
        answer.Error.ShouldContain(says);
    }

    private async Task<JsonElement> AskAsync(params string[] command)
    {
        var (exit, output, error) = await NodeProcess.CommandAsync([.. command, "--json", "--data", nodes.Folder]);
        exit.ShouldBe(0, error);
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    private static string Shape(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{ {string.Join(", ", value.EnumerateObject().Select(p => $"{p.Name}: {Shape(p.Value)}"))} }}",
        JsonValueKind.Array => $"[ {string.Join(", ", value.EnumerateArray().Select(Shape).Distinct())} ]",
        var kind => $"{kind}",
    };

    /// <summary>Two nodes, the second of which is asked.</summary>
    public sealed class TwoNodes : IAsyncLifetime
    {
        internal TempFolder Data { get; } = new();

        internal NodeProcess One { get; private set; } = null!;

        internal NodeProcess Two { get; private set; } = null!;

        internal string Folder => Data["two"];

        public async Task InitializeAsync()
        {
            One = await NodeProcess.RunAsync(Data["one"], "--listen", "127.0.0.1:0");
            Two = await NodeProcess.RunAsync(Folder, "--listen", "127.0.0.1:0", "--peer", One.Address);
            await Two.NextAsync("peer-connected");
            await One.NextAsync("peer-connected");

            // The first pong brings the round-trip time, and its report the bytes.
            (await NodeProcess.CommandAsync("ping", One.Id, "--data", Folder)).Exit.ShouldBe(0);
        }

        public Task DisposeAsync()
        {
            One.Dispose();
            Two.Dispose();
            Data.Dispose();
            return Task.CompletedTask;
        }
    }
}
