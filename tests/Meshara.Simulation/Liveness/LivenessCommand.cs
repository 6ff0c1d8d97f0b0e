using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Meshara.Actors.Configuration;

namespace Meshara.Simulation.Liveness;

/// <summary><c>liveness</c>: how soon a crash is noticed, and how often one that was none.</summary>
internal static class LivenessCommand
{
    /// <summary>What the fast profile promises, in seconds and in false deaths in a million peer-hours.</summary>
    private const double MostSeconds = 5, MostPerMillion = 1;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Make()
    {
        var hours = SimulationCommand.Real("--peer-hours", "HOURS", "So many hours of one peer watching another, for each detector.", 100_000, 100, 100_000_000);
        var crashes = SimulationCommand.Number("--crashes", "COUNT", "So many crashes, for each detector.", 10_000, 100, 1_000_000);
        var seed = SimulationCommand.Number("--seed", "N", "The figures follow from it.", 7, 0, int.MaxValue);
        var loss = new Option<double>("--loss")
        {
            HelpName = "SHARE", Description = "The share of packets that is lost: 0.1%.", DefaultValueFactory = _ => 0.001, CustomParser = SimulationCommand.ParseShare,
        };
        var only = new Option<string>("--only") { Description = "Only this one." };
        only.AcceptOnlyFromAmong("default", "fixed", "fast");
        var json = new Option<bool>("--json") { Description = "As one JSON object." };
        var command = new Command(
            "liveness",
            """
            How soon a crashed peer is noticed, and how often one that is well is taken for dead: the heartbeat of the node itself, in a model of
            two processes that are stopped for 2 s every 5 to 15 min, starved for 30 s every 1 to 3 h (50 ms of each second), over a network with
            loss. Exit 1 if the fast profile breaks its promise: p99 of 5 s, one false death in a million peer-hours.

            Example: dotnet run -c Release --project tests/Meshara.Simulation -- liveness --only fast --peer-hours 1000000
            """)
        {
            hours, crashes, seed, loss, only, json,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(hours), parsed.GetValue(crashes), (ulong)parsed.GetValue(seed), new Injection { Loss = parsed.GetValue(loss) },
            parsed.GetValue(only), parsed.GetValue(json)));
        return command;
    }

    private static int Run(double peerHours, int crashes, ulong seed, Injection injection, string? only, bool json)
    {
        var all = new (string Name, HeartbeatSettings Settings)[]
        {
            ("default", LivenessRun.Default), ("fixed", LivenessRun.FixedFast), ("fast", LivenessRun.Fast),
        };
        var results = all.Where(d => only is null || d.Name == only).Select(d =>
        {
            var watch = Stopwatch.StartNew();
            var result = LivenessRun.Measure(d.Name, d.Settings, injection, seed, peerHours, crashes, Environment.ProcessorCount);
            Console.Error.WriteLine($"{d.Name}: {watch.Elapsed.TotalSeconds:0} s");
            return result;
        }).ToList();
        Console.WriteLine(json ? JsonSerializer.Serialize(new { Schema = 1, Seed = seed, injection.Loss, Detectors = results.Select(Figures) }, Indented) : Table(results));
        return results.Exists(r => r.Name == "fast" && (r.Percentile(0.99) > MostSeconds || r.PerMillion > MostPerMillion)) ? 1 : 0;
    }

    private static object Figures(LivenessResult r) => new
    {
        r.Name,
        IntervalSeconds = r.Settings.Interval.TotalSeconds,
        TimeoutSeconds = r.Settings.Timeout.TotalSeconds,
        r.Settings.Detector,
        NoticedP50 = r.Percentile(0.5),
        NoticedP99 = r.Percentile(0.99),
        NoticedMax = r.Percentile(1),
        r.FalseDeaths,
        r.PeerHours,
        FalseDeathsPerMillionPeerHours = r.PerMillion,
        AtMostWith95Percent = r.PerMillionAtMost,
    };

    private static string Table(IEnumerable<LivenessResult> results) => string.Join('\n', results.Select(r => string.Create(
        CultureInfo.InvariantCulture,
        $"{r.Name,-8} {r.Settings.Detector,-8} every {r.Settings.Interval.TotalSeconds,4:0.##} s  noticed p50 {r.Percentile(0.5),5:0.00} s, p99 {r.Percentile(0.99),5:0.00} s, max {r.Percentile(1),5:0.00} s  false deaths {r.FalseDeaths,4} in {r.PeerHours,9:#,0} peer-hours: {r.PerMillion,5:0.00} in a million (95 %: at most {r.PerMillionAtMost:0.00})")));
}
