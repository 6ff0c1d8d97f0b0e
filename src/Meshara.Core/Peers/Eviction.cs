using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>A peer that dialled this node and that nobody asked for.</summary>
internal sealed record Evictable(
    long Connection, NodeId Peer, NetworkGroup Group, DateTimeOffset Since, TimeSpan? RoundTripTime, double Score);

/// <summary>
/// Who has to go when all places are taken and somebody dials, after Bitcoin Core's src/node/eviction. Each protection is by something
/// that an attacker cannot have a lot of, so that a flood of connects pushes out itself. Pure.
/// </summary>
internal static class Eviction
{
    /// <summary>So long a visitor of a full node stays at least, if it is needed.</summary>
    public static readonly TimeSpan VisitLength = TimeSpan.FromSeconds(5);

    /// <param name="inbound">Those who could go.</param>
    /// <param name="newcomer">Where the one who dials comes from.</param>
    /// <param name="maxPeers">All places; an eighth of them is protected by each merit.</param>
    /// <param name="secret">Keeps it unknown which network groups are protected.</param>
    /// <param name="now">The time.</param>
    /// <returns>The connection that has to go; null if the newcomer is no gain over any of them.</returns>
    public static long? Choose(IReadOnlyCollection<Evictable> inbound, NetworkGroup newcomer, int maxPeers, ReadOnlySpan<byte> secret, DateTimeOffset now)
    {
        var some = Math.Max(1, maxPeers / 8);
        var left = inbound.OrderBy(e => e.Connection).ToList();
        var hash = SipHash.With(secret);

        // To be of many networks is dear; and which of them count here cannot be known.
        Protect(left, left.GroupBy(e => e.Group).OrderBy(g => hash.Of($"evict {g.Key}")).Take(some).Select(g => g.MinBy(e => e.Since)!));

        // To be near costs an attacker machines in the right places.
        Protect(left, left.Where(e => e.RoundTripTime is not null).OrderBy(e => e.RoundTripTime).Take(some));

        // A good score costs useful work, for minutes.
        Protect(left, left.Where(e => e.Score > 0).OrderByDescending(e => e.Score).Take(some));

        // Half of the rest stays for having been here longest: a flood is always young.
        Protect(left, left.OrderBy(e => e.Since).ThenBy(e => e.Connection).Take(left.Count / 2));

        if (left.Count == 0)
        {
            return null;
        }

        var largest = left.GroupBy(e => e.Group).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Max(e => e.Since)).First();

        // A newcomer who would make the largest group no smaller is no gain: newcomers of one network would only chase each other.
        // On a local network all are of one: there a newcomer takes the place of one who had the time to ask for others.
        var mayGo = inbound.Count(e => e.Group == newcomer) < inbound.Count(e => e.Group == largest.Key) ? largest
            : newcomer.IsLocal ? largest.Where(e => e.Group.IsLocal && now - e.Since >= VisitLength)
            : [];
        return mayGo.OrderByDescending(e => e.Since).ThenByDescending(e => e.Connection).FirstOrDefault()?.Connection;
    }

    private static void Protect(List<Evictable> left, IEnumerable<Evictable> some)
    {
        foreach (var one in some.ToList())
        {
            left.Remove(one);
        }
    }
}
