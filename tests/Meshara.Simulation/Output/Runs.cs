using System.Diagnostics;
using System.Text.Json;
using Meshara.Simulation.Actors;
using Meshara.Simulation.Fleet;
using Meshara.Simulation.Policies;

namespace Meshara.Simulation.Output;

/// <summary>Runs a scenario as often as asked, and writes what came of it.</summary>
internal sealed class Runs(Scenario scenario, FileInfo? trace, bool json)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <returns>The exit code.</returns>
    public int All(int count, CancellationToken cancellation)
    {
        for (var n = 0; n < count && !cancellation.IsCancellationRequested; n++)
        {
            var one = scenario with { Seed = unchecked(scenario.Seed + n) };
            using var lines = trace is null ? null : new StreamWriter(n == 0 ? trace.FullName : $"{trace.FullName}.{one.Seed}");
            var (report, broken) = One(one, lines, Console.Error.WriteLine, cancellation);
            if (json)
            {
                Console.Error.WriteLine(report.ToTable());
            }

            Console.WriteLine(json ? JsonSerializer.Serialize(report, Indented) : report.ToTable());
            if (broken is not null)
            {
                Console.Error.WriteLine($"Seed {one.Seed} breaks a rule {broken}");
                Console.Error.WriteLine($"Again: {report.Replay}");
                return 1;
            }
        }

        return 0;
    }

    public static (Report Report, string? Broken) One(Scenario scenario, TextWriter? lines, Action<string> say, CancellationToken cancellation = default)
    {
        using var trace = new Fleet.Trace(lines);
        var run = new FleetRun(scenario, trace);
        IEngine engine = scenario.HasActors ? new ActorEngine(scenario, run) : new PolicyEngine(scenario, run);
        var watch = Stopwatch.StartNew();
        var told = TimeSpan.Zero;
        run.Run(engine, at =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (watch.Elapsed - told >= TimeSpan.FromSeconds(5))
            {
                told = watch.Elapsed;
                say($"{at.TotalHours:0.00} of {scenario.Length.TotalHours:0.##} h, {run.Members.Count(m => m.IsUp)} nodes, {watch.Elapsed.TotalSeconds:0} s");
            }
        });
        return (Report.Of(scenario, engine, run, trace, watch.Elapsed), run.Rules.Broken);
    }
}
