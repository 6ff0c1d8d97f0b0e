using Meshara.Simulation.Eclipse;
using Meshara.Simulation.Eclipse.Model;
using Meshara.Simulation.Eclipse.Output;
using Meshara.Simulation.Eclipse.Policies;
using Shouldly;
using Xunit;

namespace Meshara.Simulation.Specs.Eclipse;

public sealed class TrialSpec
{
    /// <summary>Short, so that it can be run in a test: what takes hours is left out.</summary>
    private static readonly Attack Flood = new("flood", "", 28, 1)
    {
        Youth = TimeSpan.FromMinutes(30), Length = TimeSpan.FromHours(12), Stay = null, DialsPerMinute = 2, Restarts = false,
    };

    private static readonly Attack Botnet = new("botnet", "", 4600, 1) { Youth = TimeSpan.FromMinutes(30), Length = TimeSpan.FromMinutes(30) };

    private static readonly Attack TwoHosts = new("two-hosts", "", 2, 1)
    {
        HasManyIdentities = true, Youth = TimeSpan.FromMinutes(30), Length = TimeSpan.FromMinutes(10), Stay = TimeSpan.FromSeconds(30),
    };

    private static Policy Ours => Policy.All[0];

    [Fact]
    public void The_same_seed_gives_the_same_outcome_and_another_seed_another()
    {
        foreach (var policy in Policy.All)
        {
            Run(Botnet, policy.Make, 3).ShouldBe(Run(Botnet, policy.Make, 3));
        }

        Enumerable.Range(1, 3).Select(seed => Run(Botnet, Ours.Make, seed)).Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void The_number_of_threads_changes_nothing() =>
        MonteCarlo.Run(TwoHosts, Ours, 1, 3, new Ledger(), threads: 3, CancellationToken.None)
            .ShouldBe(MonteCarlo.Run(TwoHosts, Ours, 1, 3, new Ledger(), threads: 1, CancellationToken.None));

    [Fact]
    public void A_policy_that_counts_those_who_dialled_it_towards_its_target_is_eclipsed_by_a_flood_and_ours_is_not()
    {
        Run(Flood, (around, _) => new CountsWhoDialledIt(around), 1).IsEclipsed.ShouldBeTrue();
        Run(Flood, Ours.Make, 1).IsEclipsed.ShouldBeFalse();
    }

    [Fact]
    public void The_tables_of_2015_are_eclipsed_by_a_botnet_and_ours_are_not()
    {
        Run(Botnet, Policy.All.Single(p => p.Name == "addrman-2015").Make, 1).IsEclipsed.ShouldBeTrue();
        Run(Botnet, Ours.Make, 1).IsEclipsed.ShouldBeFalse();
        Run(TwoHosts, Ours.Make, 1).IsEclipsed.ShouldBeFalse();
    }

    [Fact]
    public void Without_an_attacker_no_policy_has_hostile_peers_and_each_has_outbound_ones()
    {
        var peace = new Attack("peace", "", 1, 1) { Youth = TimeSpan.FromHours(1), Length = TimeSpan.Zero, Restarts = false, DialsPerMinute = 0.000001 };
        foreach (var policy in Policy.All)
        {
            var outcome = Run(peace, policy.Make, 1);

            outcome.Outbound.ShouldBeGreaterThanOrEqualTo(5, policy.Name);
            outcome.HostileAll.ShouldBeLessThanOrEqualTo(1, policy.Name);
        }
    }

    private static Outcome Run(Attack attack, Func<ISurroundings, ulong, IPeerPolicy> policy, int seed) => new Trial(attack, policy, seed).Run();

    /// <summary>As this node did before: one target for both directions.</summary>
    private sealed class CountsWhoDialledIt(ISurroundings around) : ListPolicy(around)
    {
        protected override int Room => 16 - Around.Links.Count(l => l.IsOpen || l.IsOutbound);

        public override bool Admits(Link link) => Open.Count() < 32;
    }
}
