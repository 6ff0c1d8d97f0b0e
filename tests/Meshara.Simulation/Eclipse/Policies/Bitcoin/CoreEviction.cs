using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies.Bitcoin;

/// <summary>
/// Which inbound connection goes when all places are taken, as Bitcoin Core's documentation describes it today. Merits of transactions and
/// blocks are left out: in this model all peers deliver alike, and the attacker too.
/// </summary>
internal static class CoreEviction
{
    public const int ByGroup = 4;

    public const int ByPing = 8;

    public static Link? Choose(IEnumerable<Link> inbound, ulong key)
    {
        var left = inbound.OrderBy(l => Chance.Mix(key, l.Far.Group)).Skip(ByGroup)
            .OrderBy(l => l.RoundTrip).Skip(ByPing)
            .OrderBy(l => l.OpenedAt).ToList();
        left.RemoveRange(0, left.Count / 2);
        return left.GroupBy(l => l.Far.Group)
            .OrderByDescending(g => g.Count()).ThenByDescending(g => g.Max(l => l.OpenedAt))
            .FirstOrDefault()?.MaxBy(l => l.OpenedAt);
    }
}
