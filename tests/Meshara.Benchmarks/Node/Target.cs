using System.Globalization;
using Akka.Actor;
using Meshara.Actors;
using Meshara.Core.Peers;

namespace Meshara.Benchmarks.Node;

/// <summary>
/// A process of its own, so that it can be measured alone: a full node (<c>node</c>), or SslStreams with a pending read (<c>raw</c>). It
/// prints the port that it listens on, and a line of figures for each line that it is told, until its input ends.
/// </summary>
internal static class Target
{
    public const string Channel = "bench";

    private static long _received;

    public static async Task RunAsync(string kind)
    {
        if (kind == "node")
        {
            await using var node = await LoopbackNode.StartAsync();
            var reading = CountAsync(node.Mesh);
            Console.WriteLine(node.Address.Port.ToString(CultureInfo.InvariantCulture));
            await AnswerAsync();
        }
        else
        {
            using var tls = new RawTls();
            using var stop = new CancellationTokenSource();
            var accepting = Enumerable.Range(0, 16).Select(_ => AcceptAsync(tls, stop.Token)).ToList();
            Console.WriteLine(tls.EndPoint.Port.ToString(CultureInfo.InvariantCulture));
            await AnswerAsync();
            await stop.CancelAsync();
            await Task.WhenAll(accepting);
        }
    }

    private static async Task AcceptAsync(RawTls tls, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                _ = ReadAsync(await tls.AcceptAsync(stop));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task ReadAsync(Stream stream)
    {
        try
        {
            await RawTls.ReadFramesAsync(stream, n => Interlocked.Add(ref _received, n));
        }
        catch (IOException)
        {
        }
    }

    private static async Task AnswerAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "settle")
            {
                for (var i = 0; i < 3; i++)
                {
                    GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                    GC.WaitForPendingFinalizers();
                }
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Environment.WorkingSet} {Environment.CpuUsage.TotalTime.TotalMilliseconds} {GC.GetTotalAllocatedBytes(precise: true)} {GC.GetTotalMemory(false)} {Interlocked.Read(ref _received)}"));
        }
    }

    private static async Task CountAsync(Mesh mesh)
    {
        await foreach (var _ in mesh.ReceiveAsync(Channel))
        {
            _received++;
        }
    }
}
