using System.Diagnostics;
using Meshara.Benchmarks.Tables;

namespace Meshara.Benchmarks.Node;

/// <summary>What an idle connection with its heartbeat takes of a node, against a bare SslStream with a pending read.</summary>
internal sealed class IdleConnections : IBenchmark
{
    public string Name => "idle";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        foreach (var count in scale.Of<int[]>([1_000], [1_000, 2_000, 5_000]))
        {
            var (resident, managed, cpu) = await MeasureAsync(node: true, count, rest: scale.Of(5, 20), seconds: scale.Of(6, 35));
            var (residentRaw, managedRaw, _) = await MeasureAsync(node: false, count, rest: 0, seconds: 0);
            yield return new Figure($"resident memory per idle connection, {count:N0} of them", resident / 1024, "KiB", residentRaw / 1024, Aim.RatioAtMost(1.1))
            {
                Note = $"managed: {Table.Number(managed / 1024)} KiB, of the ceiling {Table.Number(managedRaw / 1024)} KiB",
            };
            yield return new Figure($"CPU of a node with {count:N0} idle connections", cpu, "% of a core", Aim: count == 1_000 ? Aim.AtMost(2) : null);
        }
    }

    /// <param name="rest">Seconds between the last connection and the measuring of the CPU.</param>
    /// <returns>Bytes of a connection, and percent of a core of all.</returns>
    public static async Task<(double Resident, double Managed, double Cpu)> MeasureAsync(bool node, int count, int rest, int seconds)
    {
        await using var target = await TargetProcess.StartAsync(node ? "node" : "raw");

        // The first ones bring the code and the pools with them.
        await using (var first = await Crowd.ConnectAsync(target, node, 50))
        {
        }

        await Task.Delay(TimeSpan.FromSeconds(1));
        var before = await target.MeasureAsync(settle: true);
        await using var crowd = await Crowd.ConnectAsync(target, node, count);
        await Task.Delay(TimeSpan.FromSeconds(2));
        var after = await target.MeasureAsync(settle: true);

        // What the crowd made hot is compiled better for some seconds more.
        await Task.Delay(TimeSpan.FromSeconds(rest));
        var clock = Stopwatch.StartNew();
        var idle = await target.MeasureAsync();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var cpu = (await target.MeasureAsync()).Cpu - idle.Cpu;
        return (
            (double)(after.Resident - before.Resident) / count,
            (double)(after.Managed - before.Managed) / count,
            100 * cpu / clock.Elapsed);
    }
}
