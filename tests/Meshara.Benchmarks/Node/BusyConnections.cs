using System.Diagnostics;
using Meshara.Benchmarks.Tables;

namespace Meshara.Benchmarks.Node;

/// <summary>What a node with many busy connections takes, against bare SslStreams whose frames are only counted.</summary>
internal sealed class BusyConnections : IBenchmark
{
    private const int Connections = 200;
    private const int MessagesPerSecond = 1_000;
    private const int MessageSize = 100;

    public string Name => "busy";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        var time = TimeSpan.FromSeconds(scale.Of(4, 10));
        var (cpu, allocated, rate) = await MeasureAsync(node: true, scale.WarmUp, time);
        var (cpuRaw, _, rateRaw) = await MeasureAsync(node: false, scale.WarmUp, time);
        var name = $"{Connections} connections, each {MessagesPerSecond:N0} messages of {MessageSize} bytes a second";
        yield return new Figure($"CPU of one node with {name}", cpu, "% of a core", cpuRaw, Aim.RatioAtMost(1.5))
        {
            Note = $"scaled from the {Table.Number(rate)}/s that this machine could send, ceiling {Table.Number(rateRaw)}/s",
        };
        yield return new Figure("bytes allocated per message received", allocated - MessageSize, "B", Aim: Aim.AtMost(100)) { Note = $"{name}; beside the {MessageSize} bytes of payload" };
    }

    private static async Task<(double Cpu, double Allocated, double Rate)> MeasureAsync(bool node, TimeSpan warmUp, TimeSpan time)
    {
        await using var target = await TargetProcess.StartAsync(node ? "node" : "raw");
        await using var crowd = await Crowd.ConnectAsync(target, node, Connections);
        var frame = RawPeer.Frame(Target.Channel, MessageSize);
        await crowd.SendAsync(frame, MessagesPerSecond, warmUp);
        var before = await target.MeasureAsync();
        var clock = Stopwatch.StartNew();
        await crowd.SendAsync(frame, MessagesPerSecond, time);
        var after = await target.MeasureAsync();
        var took = clock.Elapsed;
        double messages = after.Received - before.Received;
        if (messages < Connections)
        {
            throw new InvalidOperationException($"{messages} messages arrived.");
        }

        var each = (after.Cpu - before.Cpu).TotalSeconds / messages;
        return (100 * each * Connections * MessagesPerSecond, (after.Allocated - before.Allocated) / messages, messages / took.TotalSeconds);
    }
}
