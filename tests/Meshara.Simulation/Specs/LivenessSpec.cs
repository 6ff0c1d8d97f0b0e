using Meshara.Simulation.Liveness;
using Shouldly;
using Xunit;

namespace Meshara.Simulation.Specs;

/// <summary>A small sample of what <c>liveness</c> measures.</summary>
public sealed class LivenessSpec
{
    [Fact]
    public void The_fast_profile_notices_a_crash_within_five_seconds_and_takes_nobody_for_dead()
    {
        var fast = LivenessRun.Measure("fast", LivenessRun.Fast, new Injection(), seed: 7, peerHours: 500, crashes: 200, threads: 1);

        fast.Percentile(0.99).ShouldBeLessThanOrEqualTo(5);
        fast.FalseDeaths.ShouldBe(0);
    }

    [Fact]
    public void The_default_notices_it_within_forty_two() =>
        LivenessRun.Measure("default", LivenessRun.Default, new Injection(), seed: 7, peerHours: 500, crashes: 200, threads: 1)
            .Percentile(1).ShouldBeInRange(30, 42);

    [Fact]
    public void What_is_stopped_for_longer_than_it_may_be_is_taken_for_dead() =>
        LivenessRun.Measure("fast", LivenessRun.Fast, new Injection { Pause = TimeSpan.FromSeconds(8) }, seed: 7, peerHours: 100, crashes: 10, threads: 1)
            .FalseDeaths.ShouldBeGreaterThan(100);
}
