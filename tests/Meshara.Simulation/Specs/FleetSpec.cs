using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Simulation.Fleet;
using Meshara.Simulation.Output;
using Meshara.Simulation.Policies;
using Shouldly;
using Xunit;

namespace Meshara.Simulation.Specs;

/// <summary>Small fleets, with fixed seeds. More, and larger ones, are run by the program.</summary>
public sealed class FleetSpec
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_rule_is_broken_in_half_an_hour_of_eight_whole_nodes(int seed) => Run(Small(seed));

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void No_rule_is_broken_in_an_hour_of_the_decisions_of_thirty_nodes(int seed) =>
        Run(Small(seed) with { Nodes = 30, Length = TimeSpan.FromHours(1), HasActors = false });

    [Fact]
    public void One_seed_gives_one_trace_byte_for_byte_and_another_gives_another()
    {
        var (first, again, other) = (TraceOf(5), TraceOf(5), TraceOf(6));

        first.Lines.Length.ShouldBeGreaterThan(1000);
        again.ShouldBe(first);
        other.Hash.ShouldNotBe(first.Hash);
    }

    [Fact]
    public void The_shell_without_actors_comes_to_the_same_as_the_actors()
    {
        var scenario = Small(7) with { Nodes = 12, ChurnPerHour = 0, MovesPerHour = 0, PartitionsPerHour = 0, OneWayCutsPerHour = 0, Length = TimeSpan.FromMinutes(10) };

        var (actors, policies) = (Run(scenario), Run(scenario with { HasActors = false }));

        policies.MeanPeers.ShouldBe(actors.MeanPeers, tolerance: actors.MeanPeers * 0.1);
        policies.TimeToTargetP50!.Value.ShouldBe(actors.TimeToTargetP50!.Value, tolerance: actors.TimeToTargetP50.Value * 0.25);
        policies.MessagesPerNodeHour.ShouldBe(actors.MessagesPerNodeHour, tolerance: actors.MessagesPerNodeHour * 0.25);
    }

    [Fact]
    public void With_the_fast_profile_a_host_that_loses_its_power_is_noticed_within_five_seconds()
    {
        var report = Run(Small(8) with { IsFast = true, ChurnPerHour = 12, Length = TimeSpan.FromMinutes(20), PartitionsPerHour = 0, OneWayCutsPerHour = 0 });

        report.PowerCuts.ShouldBeGreaterThan(0);
        report.CrashNoticedP99!.Value.ShouldBeLessThanOrEqualTo(5);
        report.FalseDeaths.ShouldBe(0);
    }

    [Fact]
    public void However_many_stand_for_actors_none_is_taken_for_another()
    {
        const int Many = 100_000;

        var refs = Enumerable.Range(0, Many).Select(IActorRef (_) => new ShellRef(_ => { })).ToHashSet();

        refs.Count.ShouldBe(Many);
    }

    [Fact]
    public void The_fast_settings_of_the_simulation_are_those_of_the_file()
    {
        using var reader = new StreamReader(typeof(MesharaSettings).Assembly.GetManifestResourceStream("hocon/fast.conf")!);

        var read = MesharaConfiguration.Load(Akka.Configuration.ConfigurationFactory.ParseString(reader.ReadToEnd()));

        read.Heartbeat.ShouldBe(Liveness.LivenessRun.Fast);
    }

    /// <summary>Much happens in little time.</summary>
    private static Scenario Small(int seed) => new()
    {
        Nodes = 8, Length = TimeSpan.FromMinutes(30), Seed = seed, ChurnPerHour = 2, TargetPeers = 4, MaxPeers = 6,
        PartitionsPerHour = 3, OneWayCutsPerHour = 0.3, MovesPerHour = 1, RequestsPerHour = 6,
    };

    private static Report Run(Scenario scenario)
    {
        var (report, broken) = Runs.One(scenario, null, _ => { });
        broken.ShouldBeNull(report.Replay);
        report.BansOfHonestPeers.ShouldBe(0);
        return report;
    }

    private static (string Lines, string Hash) TraceOf(int seed)
    {
        using var lines = new StringWriter();
        var (report, _) = Runs.One(Small(seed) with { Length = TimeSpan.FromMinutes(6) }, lines, _ => { });
        return (lines.ToString(), report.TraceHash);
    }
}
