using System.Diagnostics;
using System.Text.Json.Nodes;
using Meshara.Benchmarks.Store;
using Meshara.Benchmarks.Tables;

namespace Meshara.Benchmarks.Node;

/// <summary>How soon the program is ready, and connected with a peer that it knows; against a program that only says hello.</summary>
internal sealed class StartTime : IBenchmark
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "meshara.dll");

    public string Name => "start";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await using var known = await LoopbackNode.StartAsync();
        using var folder = new BenchFolder();
        var (hello, ready, connected) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i <= scale.Of(3, 10); i++)
        {
            // The first start makes the identity and the store, and meets the peer: the second knows it.
            var (first, second, third) = (
                await TimeAsync([typeof(StartTime).Assembly.Location, "hello"], "hello"),
                await TimeAsync(Run(folder["data"], known), "ready"),
                await TimeAsync(Run(folder["data"], known), "peer-connected"));
            if (i > 0)
            {
                hello.Add(first);
                ready.Add(second);
                connected.Add(third);
            }
        }

        yield return new Figure("start of the process to ready", Samples.Median(ready), "ms", Samples.Median(hello)) { Note = "ceiling: hello world" };
        yield return new Figure("start of the process to connected with a stored peer", Samples.Median(connected), "ms", Samples.Median(hello)) { Note = "ceiling: hello world" };
    }

    private static string[] Run(string data, LoopbackNode known) =>
        [Program, "run", "--json", "--no-mdns", "--data", data, "--listen", "127.0.0.1:0", "--peer", known.Address.ToString()];

    /// <summary>Until the program tells of it. Killed then, as nothing that is measured.</summary>
    private static async Task<double> TimeAsync(string[] arguments, string until)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        try
        {
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line)
            {
                if (line == until || (line.StartsWith('{') && JsonNode.Parse(line)!["event"]?.ToString() == until))
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
}
