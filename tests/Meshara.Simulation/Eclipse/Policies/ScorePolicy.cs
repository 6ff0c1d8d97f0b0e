using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies;

/// <summary>
/// Pruning by score, as Lighthouse's book and the constants of its peer manager describe it: a tenth more than the target is let in; every
/// 30 s the worst of those above the target go, but of those that the node dialled three tenths of the target stay. Everybody behaves
/// well here, so scores are equal, and equals go at random.
/// </summary>
internal sealed class ScorePolicy(ISurroundings around) : ListPolicy(around)
{
    public const int Target = 100;

    public const int Most = Target + (Target / 10);

    /// <summary>Below a fifth it looks for more to dial, though the target is reached.</summary>
    public const int FewestOutbound = Target / 5;

    public const int OutboundKept = Target * 3 / 10;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    private DateTimeOffset _nextBeat = around.Now + Heartbeat;

    protected override int Room
    {
        get
        {
            var outbound = Around.Links.Count(l => l.IsOutbound);
            return Math.Max(Target - Around.Links.Count(l => l.IsOpen || l.IsOutbound), FewestOutbound - outbound);
        }
    }

    protected override DateTimeOffset? NextTidy => _nextBeat;

    public override bool Admits(Link link) => link.IsOutbound || Open.Count() < Most;

    protected override void Tidy()
    {
        _nextBeat = Around.Now + Heartbeat;
        var open = Open.ToArray();
        var outbound = open.Count(l => l.IsOutbound);
        var excess = open.Length - Target;
        Around.Random.Shuffle(open);
        foreach (var link in open)
        {
            if (excess <= 0)
            {
                break;
            }

            if (link.IsOutbound && outbound <= OutboundKept)
            {
                continue;
            }

            outbound -= link.IsOutbound ? 1 : 0;
            excess--;
            Around.Close(link);
        }
    }
}
