using System.Diagnostics;
using Meshara.Benchmarks.Tables;

namespace Meshara.Benchmarks.Node;

/// <summary>The ping of an idle node, as its peer sees it, against an echo by SslStream.</summary>
internal sealed class RoundTrip : IBenchmark
{
    public string Name => "ping";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await using var a = await LoopbackNode.StartAsync();
        await using var b = await LoopbackNode.StartAsync();
        var peer = (await a.Mesh.AddPeerAsync(b.Address)).Peer.PeerId;
        using var tls = new RawTls();
        var (client, server) = await tls.PairAsync();
        var echoing = EchoAsync(server);
        var (ours, raw) = (new List<double>(), new List<double>());
        var message = new byte[15];
        var count = scale.Of(1_000, 5_000);
        for (var i = -200; i < count; i++)
        {
            var took = (await a.Mesh.PingAsync(peer)).TotalMilliseconds;
            var clock = Stopwatch.StartNew();
            await client.WriteAsync(message);
            await client.ReadExactlyAsync(message);
            if (i >= 0)
            {
                ours.Add(took);
                raw.Add(clock.Elapsed.TotalMilliseconds);
            }
        }

        yield return new Figure("ping of an idle node, p50", Samples.Quantile(ours, 0.5), "ms", Samples.Quantile(raw, 0.5), Aim.RatioAtMost(1.2));
        yield return new Figure("ping of an idle node, p99", Samples.Quantile(ours, 0.99), "ms", Samples.Quantile(raw, 0.99), Aim.RatioAtMost(1.5));
        await client.DisposeAsync();
        await echoing;
        await server.DisposeAsync();
    }

    private static async Task EchoAsync(Stream stream)
    {
        var buffer = new byte[64];
        while (await stream.ReadAsync(buffer) is > 0 and var read)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read));
        }
    }
}
