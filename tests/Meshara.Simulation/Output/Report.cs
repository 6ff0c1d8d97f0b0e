using System.Globalization;
using System.Text;
using Meshara.Simulation.Fleet;

namespace Meshara.Simulation.Output;

/// <summary>The figures of a run. Times in seconds where the name says nothing else; null where there was nothing to measure.</summary>
internal sealed record Report
{
    public int Schema { get; init; } = 1;

    /// <summary>What was run: actors, or policies.</summary>
    public required string Engine { get; init; }

    public required int Seed { get; init; }

    public required int Nodes { get; init; }

    public required double Hours { get; init; }

    public required double ChurnPerHour { get; init; }

    public required double Loss { get; init; }

    public double? TimeToTargetP50 { get; init; }

    public double? TimeToTargetP95 { get; init; }

    public required int ReachedTarget { get; init; }

    public required int MissedTarget { get; init; }

    public required double NodeHours { get; init; }

    public required double IsolatedNodeHours { get; init; }

    public required double MeanPeers { get; init; }

    public required double MessagesPerNodeHour { get; init; }

    public required double BytesPerNodeHour { get; init; }

    public required double DialsPerNodeHour { get; init; }

    public required int FalseDeaths { get; init; }

    public required double PeerHours { get; init; }

    public double? CrashNoticedP50 { get; init; }

    public double? CrashNoticedP99 { get; init; }

    public required int BansOfHonestPeers { get; init; }

    public required int Starts { get; init; }

    public required int Goodbyes { get; init; }

    public required int Kills { get; init; }

    public required int PowerCuts { get; init; }

    public required int Moves { get; init; }

    public required int Cuts { get; init; }

    public required int PromisesKept { get; init; }

    /// <summary>The first rule that was broken; null: none was.</summary>
    public string? Broken { get; init; }

    /// <summary>Of everything that happened, in order: the same for the same seed.</summary>
    public required string TraceHash { get; init; }

    public required long TraceLines { get; init; }

    public required double WallSeconds { get; init; }

    /// <summary>Runs the same again.</summary>
    public required string Replay { get; init; }

    public static Report Of(Scenario scenario, IEngine engine, FleetRun run, Trace trace, TimeSpan wall)
    {
        var tally = run.Tally;
        return new Report
        {
            Engine = engine.Name,
            Seed = scenario.Seed,
            Nodes = scenario.Nodes,
            Hours = Math.Round(run.Now.TotalHours, 4),
            ChurnPerHour = scenario.ChurnPerHour,
            Loss = scenario.Loss,
            TimeToTargetP50 = Rounded(tally.ToTarget(0.5)),
            TimeToTargetP95 = Rounded(tally.ToTarget(0.95)),
            ReachedTarget = tally.ReachedTarget,
            MissedTarget = tally.Missed,
            NodeHours = Math.Round(tally.NodeHours, 1),
            IsolatedNodeHours = Math.Round(tally.IsolatedNodeHours, 3),
            MeanPeers = Math.Round(tally.PeerHours / tally.NodeHours, 1),
            MessagesPerNodeHour = Math.Round(tally.Messages / tally.NodeHours),
            BytesPerNodeHour = Math.Round(tally.Bytes / tally.NodeHours),
            DialsPerNodeHour = Math.Round(tally.Dials / tally.NodeHours, 1),
            FalseDeaths = tally.FalseDeaths,
            PeerHours = Math.Round(tally.PeerHours),
            CrashNoticedP50 = Rounded(tally.ToNotice(0.5)),
            CrashNoticedP99 = Rounded(tally.ToNotice(0.99)),
            BansOfHonestPeers = tally.Bans,
            Starts = tally.Starts,
            Goodbyes = tally.Goodbyes,
            Kills = tally.Kills,
            PowerCuts = tally.PowerCuts,
            Moves = tally.Moves,
            Cuts = tally.Cuts,
            PromisesKept = tally.Promises,
            Broken = run.Rules.Broken,
            TraceHash = trace.Hash(),
            TraceLines = trace.Lines,
            WallSeconds = Math.Round(wall.TotalSeconds, 1),
            Replay = ReplayOf(scenario, engine, run),
        };
    }

    public string ToTable()
    {
        var text = new StringBuilder();
        Row("engine", Engine == "actors" ? "actors (whole nodes but for TLS, sockets and disk)" : "policies (the nodes' decisions under a thin shell)");
        Row("run", $"{Nodes} nodes, {Number(Hours)} h, churn {Number(ChurnPerHour * 100)} %/h, loss {Number(Loss * 100)} %, seed {Seed}");
        Row("time to target", $"p50 {Number(TimeToTargetP50)} s, p95 {Number(TimeToTargetP95)} s; {ReachedTarget} lives reached it, {MissedTarget} of 10 min or more did not");
        Row("isolated", $"{Number(IsolatedNodeHours)} of {Number(NodeHours)} node-hours; {Number(MeanPeers)} peers on average");
        Row("per node and hour", $"{Number(MessagesPerNodeHour)} messages, {Number(BytesPerNodeHour)} bytes received, {Number(DialsPerNodeHour)} dials");
        Row("false deaths", $"{FalseDeaths} in {Number(PeerHours)} peer-hours");
        Row("crash noticed", $"p50 {Number(CrashNoticedP50)} s, p99 {Number(CrashNoticedP99)} s (power cuts)");
        Row("bans of honest peers", $"{BansOfHonestPeers}");
        Row("what happened", $"{Starts} starts, {Goodbyes} goodbyes, {Kills} kills, {PowerCuts} power cuts, {Moves} moves, {Cuts} cuts, {PromisesKept} requests granted");
        Row("rules", Broken is null ? "none broken" : $"BROKEN {Broken}");
        Row("trace", $"{TraceHash}, {TraceLines} lines");
        Row("wall time", $"{Number(WallSeconds)} s");
        return text.ToString().TrimEnd();

        void Row(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"{name,-22}{value}\n");
    }

    /// <summary>Ends where the rule broke: nothing after that matters.</summary>
    private static string ReplayOf(Scenario scenario, IEngine engine, FleetRun run)
    {
        var hours = run.Rules.Broken is null ? scenario.Length.TotalHours : Math.Ceiling(run.Now.TotalHours * 100) / 100;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"dotnet run -c Release --project tests/Meshara.Simulation -- --nodes {scenario.Nodes} --hours {hours} --churn {scenario.ChurnPerHour} --loss {scenario.Loss} --latency {scenario.Latency.TotalMilliseconds} --seed {scenario.Seed} --engine {engine.Name}{(scenario.IsFast ? " --fast" : "")} --trace trace.txt");
    }

    private static double? Rounded(double? seconds) => seconds is { } s ? Math.Round(s, 2) : null;

    private static string Number(double? value) => value is { } number ? number.ToString("#,0.###", CultureInfo.InvariantCulture) : "-";
}
