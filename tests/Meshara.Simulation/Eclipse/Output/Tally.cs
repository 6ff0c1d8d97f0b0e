using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Output;

/// <summary>What came of all runs of one policy under one attack.</summary>
internal sealed record Tally(string Attack, string Policy, int FirstSeed, int Runs, int Eclipses, Estimate Eclipsed, Estimate OutboundTaken, Estimate Taken)
{
    public static Tally Of(Attack attack, string policy, int firstSeed, IReadOnlyList<Outcome> outcomes)
    {
        var eclipses = outcomes.Count(o => o.IsEclipsed);
        return new Tally(
            attack.Name, policy, firstSeed, outcomes.Count, eclipses, Estimate.OfProportion(eclipses, outcomes.Count),
            Estimate.OfMean([.. outcomes.Select(o => o.OutboundTaken)]), Estimate.OfMean([.. outcomes.Select(o => o.Taken)]));
    }
}

/// <summary>What this node's policy is to reach.</summary>
internal sealed record Aim(string Attack, string What, Func<Tally, bool> IsReached)
{
    public static IReadOnlyList<Aim> All { get; } =
    [
        new("botnet-4600", "no eclipse", t => t.Eclipses == 0),
        new("two-hosts", "no eclipse", t => t.Eclipses == 0),
        new("infrastructure", "at most 1 % eclipsed", t => t.Eclipses <= t.Runs * 0.01),
        new("slot-flood", "at most 5 % of the outbound slots", t => t.OutboundTaken.Value <= 0.05),
    ];
}
