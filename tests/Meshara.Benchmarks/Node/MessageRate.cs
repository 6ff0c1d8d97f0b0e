using System.Diagnostics;
using Meshara.Actors;
using Meshara.Actors.Diagnostics;
using Meshara.Benchmarks.Tables;
using Meshara.Core.Identity;

namespace Meshara.Benchmarks.Node;

/// <summary>Small messages on one connection between two full nodes, through the public door; against SslStream with 32 frames a write.</summary>
internal sealed class MessageRate : IBenchmark
{
    private const int Size = 100;
    private const int FramesAWrite = 32;
    private const int Batch = 64;

    public string Name => "messages";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await using var a = await LoopbackNode.StartAsync();
        await using var b = await LoopbackNode.StartAsync();
        var peer = (await a.Mesh.AddPeerAsync(b.Address)).Peer.PeerId;
        var reader = new Reader(b.Mesh);
        using var tls = new RawTls();
        var (client, server) = await tls.PairAsync();
        var time = TimeSpan.FromSeconds(scale.Of(1, 3));
        var frames = new FrameCount(server);
        await reader.ListensAsync(a.Mesh, peer);
        foreach (var batch in new[] { Batch, 1 })
        {
            await OursAsync(a.Mesh, peer, reader, batch, time);
            await RawAsync(client, frames, time);
            var (ours, raw) = await Samples.MediansAsync(
                scale.Of(3, 7), () => OursAsync(a.Mesh, peer, reader, batch, time), () => RawAsync(client, frames, time));
            var how = batch == 1 ? "each with a call of its own" : $"{batch} with each call";
            yield return new Figure($"messages of {Size} bytes a second on one connection, {how}", ours, "/s", raw, Aim.RatioAtLeast(0.7))
            {
                Note = "through the public API, in order, with back-pressure",
            };
            yield return new Figure($"bytes allocated per message sent, {how}", await SentAsync(a, batch, time) - Size, "B", Aim: Aim.AtMost(100))
            {
                Note = $"beside the {Size} bytes of payload",
            };
        }

        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    private static async Task<double> OursAsync(Mesh from, NodeId peer, Reader reader, int batch, TimeSpan time)
    {
        var before = reader.Received;
        var clock = Stopwatch.StartNew();
        var sent = await Sender.SendAsync(from, peer, Target.Channel, Size, batch, time);
        await ArrivedAsync(() => reader.Received - before, sent);
        return sent / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> RawAsync(Stream client, FrameCount received, TimeSpan time)
    {
        var frames = Enumerable.Repeat(RawPeer.Frame(Target.Channel, Size), FramesAWrite).SelectMany(f => f).ToArray();
        var (sent, before) = (0L, received.Frames);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            await client.WriteAsync(frames);
            sent += FramesAWrite;
        }

        await ArrivedAsync(() => received.Frames - before, sent);
        return sent / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Waits until all have arrived; that some do not is a bug, not a figure.</summary>
    private static async Task ArrivedAsync(Func<long> received, long sent)
    {
        for (var clock = Stopwatch.StartNew(); received() < sent; await Task.Delay(1))
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(20))
            {
                throw new InvalidOperationException($"Of {sent} messages {received()} arrived.");
            }
        }
    }

    /// <summary>The other end allocates nothing for what it receives.</summary>
    private static async Task<double> SentAsync(LoopbackNode node, int batch, TimeSpan time)
    {
        await using var sink = await RawPeer.DialAsync(node.Address, NodeClock.Of(node.System.Scheduler));
        for (var tries = 0; tries < 500 && await node.Mesh.SendAsync(sink.Id, Target.Channel, new byte[1]) == SendResult.NotConnected; tries++)
        {
            // The hello, by which the sink knows that it is connected, leaves the node a moment before the node says so.
            await Task.Delay(10);
        }

        await Sender.SendAsync(node.Mesh, sink.Id, Target.Channel, Size, batch, time / 2);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var sent = await Sender.SendAsync(node.Mesh, sink.Id, Target.Channel, Size, batch, time);
        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / sent;
    }

    private sealed class Reader
    {
        private long _received;

        public Reader(Mesh mesh) => _ = Task.Run(async () =>
        {
            await foreach (var _ in mesh.ReceiveAsync(Target.Channel))
            {
                Interlocked.Increment(ref _received);
            }
        });

        public long Received => Interlocked.Read(ref _received);

        /// <summary>What arrives before somebody has subscribed is for nobody.</summary>
        public async Task ListensAsync(Mesh from, NodeId to)
        {
            for (var tries = 0; Received == 0; tries++, await Task.Delay(20))
            {
                if (tries > 500)
                {
                    throw new InvalidOperationException("No message arrives.");
                }

                await from.SendAsync(to, Target.Channel, new byte[1]);
            }

            // What was sent once too often has arrived when nothing more does.
            for (var before = -1L; before != Received; await Task.Delay(200))
            {
                before = Received;
            }
        }
    }

    /// <summary>Reads the frames of a stream, for as long as there are any.</summary>
    private sealed class FrameCount
    {
        private long _frames;

        public FrameCount(Stream stream) => _ = RawTls.ReadFramesAsync(stream, n => Interlocked.Add(ref _frames, n));

        public long Frames => Interlocked.Read(ref _frames);
    }
}
