using Meshara.Simulation.Eclipse.Model;
using Meshara.Simulation.Eclipse.Output;
using Meshara.Simulation.Eclipse.Policies;

namespace Meshara.Simulation.Eclipse;

/// <summary>Many trials at once. Each depends on its seed alone, so the threads change nothing but the time.</summary>
internal static class MonteCarlo
{
    public static Tally Run(Attack attack, Policy policy, int firstSeed, int runs, Ledger ledger, int threads, CancellationToken cancellation)
    {
        var outcomes = new Outcome[runs];
        Parallel.For(
            0,
            runs,
            new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
            n => outcomes[n] = ledger.Take(attack.Name, policy.Name, firstSeed + n, seed => new Trial(attack, policy.Make, seed).Run()));
        return Tally.Of(attack, policy.Name, firstSeed, outcomes);
    }
}
