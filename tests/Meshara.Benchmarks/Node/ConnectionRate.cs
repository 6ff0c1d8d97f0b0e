using System.Diagnostics;
using System.Threading.Channels;
using Akka.Actor;
using Meshara.Actors;
using Meshara.Actors.Peers.Connection;
using Meshara.Benchmarks.Tables;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Benchmarks.Node;

/// <summary>
/// Authenticated connections between full nodes, set up by 16 at a time, which connect to one and leave it again and again; against
/// mutual TLS by SslStream. The CPU is that of both ends.
/// </summary>
internal sealed class ConnectionRate : IBenchmark
{
    private const int AtATime = 16;

    public string Name => "connections";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await using var hub = await LoopbackNode.StartAsync();
        var visitors = new List<Visitor>();
        using var tls = new RawTls();
        try
        {
            var left = new Dictionary<NodeId, Channel<bool>>();
            for (var i = 0; i < AtATime; i++)
            {
                var node = await LoopbackNode.StartAsync();
                left[node.Node.Id] = Channel.CreateUnbounded<bool>();
                visitors.Add(new Visitor(node, hub.Address, left[node.Node.Id].Reader));
            }

            _ = Task.Run(() => WatchAsync(hub.Mesh, left));
            var (ours, raw, cpu, cpuRaw) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            var each = scale.Of(5, 10);
            var warm = Stopwatch.StartNew();
            for (var rounds = scale.Of(7, 21); rounds > 0;)
            {
                var isWarm = warm.Elapsed > scale.WarmUp;
                var (rate, spent) = await TimeAsync([.. visitors.Select<Visitor, Func<Task>>(v => v.VisitAsync)], each);
                var (rateRaw, spentRaw) = await TimeAsync([.. Enumerable.Repeat(() => PairAsync(tls), AtATime)], each);
                if (isWarm)
                {
                    ours.Add(rate);
                    raw.Add(rateRaw);
                    cpu.Add(spent);
                    cpuRaw.Add(spentRaw);
                    rounds--;
                }
            }

            yield return new Figure("authenticated connections set up a second, 16 at a time", Samples.Median(ours), "/s", Samples.Median(raw), Aim.RatioAtLeast(0.85))
            {
                Note = "full nodes at both ends, that have met before",
            };
            yield return new Figure("CPU of both ends for each", Samples.Median(cpu), "ms", Samples.Median(cpuRaw), Aim.RatioAtMost(1.25));
        }
        finally
        {
            foreach (var visitor in visitors)
            {
                await visitor.Node.DisposeAsync();
            }
        }
    }

    private static async Task<(double PerSecond, double CpuEach)> TimeAsync(IReadOnlyList<Func<Task>> visits, int each)
    {
        var count = visits.Count * each;
        var (clock, cpu, left) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, count);
        await Task.WhenAll(visits.Select(visit => Task.Run(async () =>
        {
            // Who is quick does more of them, so that there are as many at a time to the end.
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await visit();
            }
        })));
        return (count / clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / count);
    }

    /// <summary>As a visit: set up, one message each way, closed.</summary>
    private static async Task PairAsync(RawTls tls)
    {
        var (client, server) = await tls.PairAsync();
        var byteEachWay = new byte[1];
        await client.WriteAsync(byteEachWay);
        await server.ReadExactlyAsync(byteEachWay);
        await server.WriteAsync(byteEachWay);
        await client.ReadExactlyAsync(byteEachWay);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    private static async Task WatchAsync(Mesh hub, Dictionary<NodeId, Channel<bool>> left)
    {
        await foreach (var e in hub.EventsAsync())
        {
            if (e is { Kind: MeshEventKind.PeerDisconnected, PeerId: { } peer })
            {
                left[peer].Writer.TryWrite(true);
            }
        }
    }

    private sealed class Visitor(LoopbackNode node, PeerAddress hub, ChannelReader<bool> left)
    {
        public LoopbackNode Node => node;

        /// <summary>Connects, and leaves with a goodbye that the hub has heard.</summary>
        public async Task VisitAsync()
        {
            await node.Mesh.AddPeerAsync(hub);
            foreach (var connection in node.Connections)
            {
                connection.Tell(new PeerConnectionProtocol.Close(Reason.NoSlot), ActorRefs.NoSender);
            }

            await left.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        }
    }
}
