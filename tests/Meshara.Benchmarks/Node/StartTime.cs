using System.Diagnostics;
using System.Text.Json.Nodes;
using Meshara.Benchmarks.Store;
using Meshara.Benchmarks.Tables;
using Meshara.Node.Tests.Lan;
using Lan = Meshara.Node.Tests.Lan.Lan;

namespace Meshara.Benchmarks.Node;

/// <summary>
/// How soon the program is ready, and connected with its first peer by each way to find one; against a program that only says hello. The
/// ways take turns, so that all meet the same machine.
/// </summary>
internal sealed class StartTime : IBenchmark
{
    private const string Ceiling = "ceiling: hello world", Ready = "ready", Connected = "peer-connected";

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "meshara.dll");

    public string Name => "start";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await using var known = await LoopbackNode.StartAsync();
        await using var lan = CanHaveLan ? await Lan.CreateAsync(2) : null;
        using var folder = new BenchFolder();
        await using var neighbour = lan?[1].Start("dotnet", [Program, .. Run(folder["neighbour"])]);
        await (neighbour?.NextAsync(line => Tells(line, Ready), TimeSpan.FromMinutes(1)) ?? Task.CompletedTask);

        string[] alone = [.. Run(folder["data"]), "--no-mdns", "--listen", "127.0.0.1:0"], stored = [.. alone, "--peer", $"{known.Address}"];
        var hello = new List<double>();
        var ways = new List<(string Name, Func<int, Task<double>> TakeAsync, List<double> Times)>
        {
            ("ready", _ => TimeAsync(Here([Program, .. alone]), Ready), []),
            ("connected with a stored peer", _ => TimeAsync(Here([Program, .. stored]), Connected), []),
            ("connected by a bootstrap node, with an empty store", i => TimeAsync(
                Here([Program, .. Run(folder[$"bootstrap-{i}"]), "--no-mdns", "--listen", "127.0.0.1:0", "--bootstrap", $"{known.Address}"]), Connected), []),
        };
        if (lan is not null)
        {
            ways.Add(("connected by mDNS on a LAN of two hosts, with an empty store", i => TimeAsync(
                lan[2].In("dotnet", [Program, .. Run(folder[$"mdns-{i}"])]), Connected), []));
        }

        for (var i = 0; i <= scale.Of(2, 10); i++)
        {
            var first = await TimeAsync(Here(typeof(StartTime).Assembly.Location, "hello"), "hello");
            foreach (var (_, takeAsync, times) in ways)
            {
                times.Add(await takeAsync(i));
            }

            hello.Add(first);
        }

        // The first of each makes the identity and the store, and meets the peer: the second knows it.
        foreach (var (name, _, times) in ways)
        {
            yield return new Figure($"start of the process to {name}", Samples.Median(times[1..]), "ms", Samples.Median(hello[1..])) { Note = Ceiling };
        }
    }

    private static bool CanHaveLan => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/ip");

    private static string[] Run(string data) => ["run", "--json", "--page", "off", "--data", data];

    private static ProcessStartInfo Here(params IEnumerable<string> arguments) => new("dotnet", arguments);

    /// <summary>Until the program tells of it. Killed then, as nothing that is measured.</summary>
    private static async Task<double> TimeAsync(ProcessStartInfo start, string until)
    {
        start.RedirectStandardOutput = true;
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        try
        {
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line)
            {
                if (line == until || Tells(line, until))
                {
                    return clock.Elapsed.TotalMilliseconds;
                }
            }

            throw new InvalidOperationException($"The program ended without '{until}'.");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    private static bool Tells(string line, string what) => line.StartsWith('{') && JsonNode.Parse(line)!["event"]?.ToString() == what;
}
