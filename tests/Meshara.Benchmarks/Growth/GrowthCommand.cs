using Akka.Actor;
using Meshara.Benchmarks.Node;
using Meshara.Benchmarks.Store;
using Meshara.Benchmarks.Tables;

namespace Meshara.Benchmarks.Growth;

/// <summary>How cost grows with the number of connections, of known peers and of neighbours on the LAN: a table each, and a picture.</summary>
internal static class GrowthCommand
{
    public static async Task RunAsync(DirectoryInfo folder, bool quick)
    {
        folder.Create();
        foreach (var growth in new[]
        {
            await OfConnectionsAsync(quick ? [100, 200, 400] : [100, 250, 500, 1_000, 2_500, 5_000], seconds: quick ? 5 : 20),
            OfKnownPeers(quick ? [1_000, 10_000] : [1_000, 3_000, 10_000, 30_000, 100_000, 300_000]),
            OfNeighbours([10, 25, 50, 100, 250, 500]),
        })
        {
            Print(growth);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, $"growth-{growth.Name}.svg"), Plot.Svg(growth));
        }
    }

    private static async Task<Growth> OfConnectionsAsync(int[] counts, int seconds)
    {
        var (memory, cpu) = (new List<double>(), new List<double>());
        foreach (var count in counts)
        {
            var (resident, _, percent) = await IdleConnections.MeasureAsync(node: true, count, rest: seconds, seconds);
            memory.Add(resident * count / 1024 / 1024);
            cpu.Add(percent);
        }

        return new Growth("connections", "idle connections", counts, [new("resident memory, MiB", memory), new("CPU, % of a core", cpu)]);
    }

    private static Growth OfKnownPeers(int[] counts)
    {
        using var system = ActorSystem.Create("bench", RunningStore.Quiet);
        var (memory, choice) = (new List<double>(), new List<double>());
        foreach (var count in counts)
        {
            var (store, book, addresses) = MemoryPerPeer.Measure(system, count, records: true);
            memory.Add((store + book + addresses) * count / 1024 / 1024);
            var world = new KnownWorld(count);
            choice.Add(Samples.Quantile(Enumerable.Range(0, 600).Select(_ => Samples.Time(() => GC.KeepAlive(world.Choose())).TotalMicroseconds).Skip(300), 0.25));
        }

        return new Growth("known", "known peers", counts, [new("memory, MiB", memory), new("choosing 16 to dial, us", choice)]);
    }

    private static Growth OfNeighbours(int[] counts)
    {
        MdnsPackets.Measure(counts[^1]);
        var all = counts.Select(MdnsPackets.Measure).ToList();
        return new Growth("neighbours", "neighbours on the LAN", counts,
            [new("memory, KiB", [.. all.Select(a => a.Held / 1024.0)]), new("CPU, % of a core", [.. all.Select(a => a.CpuPercent)]), new("packets sent a minute", [.. all.Select(a => a.SentPerMinute)])]);
    }

    private static void Print(Growth growth)
    {
        Console.WriteLine($"| {growth.Axis} | {string.Join(" | ", growth.Curves.Select(c => c.Name))} |");
        Console.WriteLine($"|{string.Concat(Enumerable.Repeat("---|", growth.Curves.Count + 1))}");
        for (var i = 0; i < growth.Counts.Count; i++)
        {
            Console.WriteLine($"| {Table.Number(growth.Counts[i])} | {string.Join(" | ", growth.Curves.Select(c => Table.Number(c.Values[i])))} |");
        }

        Console.WriteLine();
    }
}
