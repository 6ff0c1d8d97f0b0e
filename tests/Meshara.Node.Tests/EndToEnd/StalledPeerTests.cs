using System.Net;
using System.Text.Json.Nodes;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Meshara.Node.Tests.Control;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>Peers that prove who they are, and then do not take what they are sent, or do not end what they send; over real TLS.</summary>
public sealed class StalledPeerTests : IAsyncLifetime
{
    private const long Mebibyte = 1024 * 1024;

    private readonly TempFolder _data = new();
    private readonly NodeIdentity _identity = NodeIdentity.FromSeed([.. Enumerable.Repeat((byte)9, 32)]);
    private NodeProcess _node = null!;

    public async Task InitializeAsync() => _node = await NodeProcess.RunAsync(
        _data["one"], "--listen", "127.0.0.1:0", "--set", "heartbeat.interval=2s", "--set", "heartbeat.timeout=8s", "--set", "connection.max-queued-size=1MiB");

    public Task DisposeAsync()
    {
        _node.Dispose();
        _identity.Dispose();
        _data.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_waits_for_one_that_never_reads_is_bounded_and_it_is_dropped()
    {
        await using var link = await ConnectAsync();
        var text = new string('x', 900_000);

        // What the kernels of both ends hold comes before the queue of the node, which is full long before the peer is given up.
        var answers = new List<string>();
        while (answers.Count < 40 && !answers.Contains("queue-full"))
        {
            var answer = await ControlLine.AskAsync(_data["one"], $$"""{"command":"send","id":"{{_identity.Id}}","channel":"chat","text":"{{text}}"}""");
            answers.Add(answer["error"] is JsonObject error ? $"{error["reason"]}" : "queued");
        }

        answers.ShouldContain("queue-full");
        (await _node.NextAsync("peer-disconnected"))["reason"]!.ToString().ShouldBe("heartbeat-timeout");
        _node.PeakMemory.ShouldBeLessThan(300 * Mebibyte);
    }

    [Fact]
    public async Task One_that_sends_a_frame_byte_by_byte_is_dropped_though_it_is_never_silent()
    {
        await using var link = await ConnectAsync();
        await link.Stream.WriteAsync(new byte[] { 0, 15, 0, 0 });

        var dropped = _node.NextAsync("peer-disconnected");
        using var drip = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!dropped.IsCompleted && await drip.WaitForNextTickAsync())
        {
            try
            {
                await link.Stream.WriteAsync(new byte[] { 1 });
            }
            catch (IOException)
            {
                // The node has closed the connection; its event is on the way.
            }
        }

        (await dropped)["reason"]!.ToString().ShouldBe("heartbeat-timeout");
    }

    private async Task<IPeerLink> ConnectAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var transport = new TlsTransport(_identity, new NodeClock(() => TimeProvider.System.GetUtcNow(), () => TimeSpan.Zero));
        var link = await transport.DialAsync(PeerAddress.Of(IPEndPoint.Parse(_node.Address)), null, patience.Token);
        var hello = Handshake.Hello("meshara", "test", 0, null, default);
        var frame = new byte[FrameCodec.SizeOf(hello)];
        FrameCodec.Write(frame, hello);
        await link.Stream.WriteAsync(frame);
        await _node.NextAsync("peer-connected");
        return link;
    }
}
