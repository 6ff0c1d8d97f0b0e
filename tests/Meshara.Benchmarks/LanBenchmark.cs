using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Meshara.Node.Tests.Lan;
using Lan = Meshara.Node.Tests.Lan.Lan;

namespace Meshara.Benchmarks;

/// <summary>How soon nodes on one LAN are connected, and what their looking for each other costs the LAN.</summary>
internal static class LanBenchmark
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "meshara.dll");

    /// <summary>What was announced and asked at the start is over by then; then is counted for so long.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(45), Counting = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(int runs)
    {
        await ConnectAsync(runs);
        await SteadyStateAsync(2);
        await SteadyStateAsync(20);
    }

    private static async Task ConnectAsync(int runs)
    {
        using var data = new TempFolder();
        await using var lan = await Lan.CreateAsync(2);
        await using var old = Run(lan[1], data["old"]);
        await NextAsync(old, "ready");
        var (fromStart, fromReady) = (new List<double>(), new List<double>());
        for (var i = 0; i < runs; i++)
        {
            var clock = Stopwatch.StartNew();
            await using var fresh = Run(lan[2], data[$"fresh-{i}"]);
            await NextAsync(fresh, "ready");
            var ready = clock.Elapsed;
            await Task.WhenAll(NextAsync(fresh, "peer-connected"), NextAsync(old, "peer-connected"));
            fromStart.Add(clock.Elapsed.TotalMilliseconds);
            fromReady.Add((clock.Elapsed - ready).TotalMilliseconds);
        }

        Console.WriteLine($"connected on both sides, {runs} starts of a second node:");
        Console.WriteLine($"  from its process start  {Percentiles(fromStart)}");
        Console.WriteLine($"  from its 'ready'        {Percentiles(fromReady)}");
    }

    private static async Task SteadyStateAsync(int count)
    {
        using var data = new TempFolder();
        await using var lan = await Lan.CreateAsync(count);
        var nodes = new List<LanProcess>();
        try
        {
            foreach (var some in Enumerable.Range(1, count).Chunk(3))
            {
                var started = some.Select(i => Run(lan[i], data[$"node-{i}"])).ToList();
                nodes.AddRange(started);
                await Task.WhenAll(started.Select(n => NextAsync(n, "ready")));
            }

            await Task.Delay(Settling);
            foreach (var host in Enumerable.Range(1, count).Select(i => lan[i]))
            {
                await NftAsync(host, "add table inet bench; add chain inet bench out { type filter hook output priority 0; }; "
                    + "add rule inet bench out udp dport 5353 counter");
            }

            await Task.Delay(Counting);
            var packets = 0L;
            foreach (var host in Enumerable.Range(1, count).Select(i => lan[i]))
            {
                packets += PacketsOf(await NftAsync(host, "-j list chain inet bench out"));
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"steady state, {count} nodes: {packets / Counting.TotalMinutes / count:0.0} mDNS packets a minute and node, IPv4 and IPv6 together"));
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    private static LanProcess Run(LanHost host, string data) => host.Start("dotnet", Program, "run", "--json", "--data", data);

    private static Task<string> NextAsync(LanProcess node, string name) =>
        node.NextAsync(line => line.StartsWith('{') && JsonNode.Parse(line)!["event"]!.ToString() == name, TimeSpan.FromMinutes(3));

    private static async Task<string> NftAsync(LanHost host, string commands)
    {
        string[] arguments = commands.StartsWith("-j", StringComparison.Ordinal) ? commands.Split(' ') : [commands];
        var (exit, output, error) = await host.RunAsync("nft", arguments);
        return exit == 0 ? output : throw new InvalidOperationException(error);
    }

    private static long PacketsOf(string chain) => JsonNode.Parse(chain)!["nftables"]!.AsArray()
        .Select(o => o!["rule"]?["expr"]?.AsArray().Select(e => e!["counter"]?["packets"]?.GetValue<long>()).FirstOrDefault(p => p is not null) ?? 0)
        .Sum();

    private static string Percentiles(List<double> times)
    {
        times.Sort();
        var (p50, p95) = (times[(times.Count - 1) / 2], times[(int)Math.Ceiling((times.Count - 1) * 0.95)]);
        return string.Create(CultureInfo.InvariantCulture, $"p50 {p50,6:0} ms   p95 {p95,6:0} ms   (min {times[0]:0}, max {times[^1]:0})");
    }
}
