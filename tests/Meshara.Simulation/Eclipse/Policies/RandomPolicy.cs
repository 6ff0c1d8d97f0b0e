using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies;

/// <summary>The plainest: anybody at random, and whoever dials first is let in. As many places as ours has.</summary>
internal sealed class RandomPolicy(ISurroundings around) : ListPolicy(around)
{
    public const int Outbound = 16;

    public const int Inbound = 16;

    public override int AnswerSize => 64;

    protected override int Room => Outbound - Around.Links.Count(l => l.IsOutbound);

    public override bool Admits(Link link) => link.IsOutbound || Open.Count(l => !l.IsOutbound) < Inbound;
}
