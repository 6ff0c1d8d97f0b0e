using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>A peer that dialled this node and that nobody asked for.</summary>
internal readonly record struct Evictable(
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
        var left = new List<Evictable>(inbound);
        left.Sort((one, other) => one.Connection.CompareTo(other.Connection));

        // To be of many networks is dear; and which of them count here cannot be known.
        ProtectGroups(left, SipHash.With(secret), some);

        // To be near costs an attacker machines in the right places.
        Protect(left, e => e.RoundTripTime is not null, (one, other) => one.RoundTripTime!.Value.CompareTo(other.RoundTripTime!.Value), some);

        // A good score costs useful work, for minutes.
        Protect(left, e => e.Score > 0, (one, other) => other.Score.CompareTo(one.Score), some);

        // Half of the rest stays for having been here longest: a flood is always young.
        Protect(left, _ => true, (one, other) => one.Since.CompareTo(other.Since), left.Count / 2);

        if (left.Count == 0)
        {
            return null;
        }

        var largest = LargestGroup(left);

        // A newcomer who would make the largest group no smaller is no gain: newcomers of one network would only chase each other.
        // On a local network all are of one: there a newcomer takes the place of one who had the time to ask for others.
        var isGain = SizeOf(newcomer, inbound) < SizeOf(largest, inbound);
        Evictable? youngest = null;
        foreach (var one in left)
        {
            var mayGo = one.Group == largest && (isGain || (newcomer.IsLocal && one.Group.IsLocal && now - one.Since >= VisitLength));
            youngest = mayGo && !(one.Since < youngest?.Since) ? one : youngest;
        }

        return youngest?.Connection;
    }

    /// <summary>The oldest of each group, of so many groups.</summary>
    private static void ProtectGroups(List<Evictable> left, SipHash hash, int most)
    {
        var oldest = new Dictionary<NetworkGroup, Evictable>();
        foreach (var one in left)
        {
            oldest[one.Group] = oldest.TryGetValue(one.Group, out var before) && before.Since <= one.Since ? before : one;
        }

        var ranked = oldest.Values.Select(e => (Rank: e.Group.HashWith(hash), e.Connection)).ToList();
        ranked.Sort((one, other) => one.Rank.CompareTo(other.Rank));
        Remove(left, [.. ranked.Take(most).Select(e => e.Connection)]);
    }

    /// <summary>So many of those with the merit, the best first; of equals the one that came first.</summary>
    private static void Protect(List<Evictable> left, Predicate<Evictable> hasMerit, Comparison<Evictable> bestFirst, int most)
    {
        var ranked = left.FindAll(hasMerit);
        ranked.Sort((one, other) => bestFirst(one, other) is not 0 and var order ? order : one.Connection.CompareTo(other.Connection));
        Remove(left, [.. ranked.Take(most).Select(e => e.Connection)]);
    }

    private static void Remove(List<Evictable> left, HashSet<long> connections) => left.RemoveAll(e => connections.Contains(e.Connection));

    /// <summary>Of equals the one with the youngest peer.</summary>
    private static NetworkGroup LargestGroup(List<Evictable> left)
    {
        var groups = new Dictionary<NetworkGroup, (int Count, DateTimeOffset Youngest)>();
        foreach (var one in left)
        {
            var (count, youngest) = groups.GetValueOrDefault(one.Group);
            groups[one.Group] = (count + 1, one.Since > youngest ? one.Since : youngest);
        }

        return groups.MaxBy(g => g.Value).Key;
    }

    private static int SizeOf(NetworkGroup group, IReadOnlyCollection<Evictable> of) => of.Count(e => e.Group == group);
}
