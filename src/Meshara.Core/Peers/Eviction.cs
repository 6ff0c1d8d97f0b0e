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
        var all = inbound.ToArray();
        Array.Sort(all, (one, other) => one.Connection.CompareTo(other.Connection));
        var left = new Left(all);

        // To be of many networks is dear; and which of them count here cannot be known.
        left.ProtectGroups(SipHash.With(secret), some);

        // To be near costs an attacker machines in the right places.
        left.Protect(e => e.RoundTripTime?.TotalSeconds, some);

        // A good score costs useful work, for minutes.
        left.Protect(e => e.Score > 0 ? -e.Score : null, some);

        // Half of the rest stays for having been here longest: a flood is always young.
        left.Protect(e => (e.Since - now).TotalSeconds, left.Count / 2);

        if (left.Count == 0)
        {
            return null;
        }

        var largest = left.LargestGroup();

        // A newcomer who would make the largest group no smaller is no gain: newcomers of one network would only chase each other.
        // On a local network all are of one: there a newcomer takes the place of one who had the time to ask for others.
        return SizeOf(newcomer, all) < SizeOf(largest, all) ? left.Youngest(e => e.Group == largest)
            : newcomer.IsLocal && largest.IsLocal ? left.Youngest(e => e.Group == largest && now - e.Since >= VisitLength)
            : null;
    }

    private static int SizeOf(NetworkGroup group, Evictable[] of) => of.Count(e => e.Group == group);

    /// <summary>Those that nothing protects so far, in the order of their connections.</summary>
    private sealed class Left(Evictable[] all)
    {
        private readonly bool[] _isProtected = new bool[all.Length];
        private readonly List<(double Rank, int At)> _ranked = new(all.Length);

        public int Count { get; private set; } = all.Length;

        /// <summary>So many of those with a rank, the lowest first; of equals the one that came first.</summary>
        public void Protect(Func<Evictable, double?> rankOf, int most)
        {
            _ranked.Clear();
            for (var i = 0; i < all.Length; i++)
            {
                if (!_isProtected[i] && rankOf(all[i]) is { } rank)
                {
                    _ranked.Add((rank, i));
                }
            }

            _ranked.Sort();
            foreach (var (_, at) in _ranked.Take(most))
            {
                _isProtected[at] = true;
                Count--;
            }
        }

        /// <summary>The oldest of each group, of so many groups.</summary>
        public void ProtectGroups(SipHash hash, int most)
        {
            var oldest = new Dictionary<NetworkGroup, int>();
            for (var i = 0; i < all.Length; i++)
            {
                oldest[all[i].Group] = oldest.TryGetValue(all[i].Group, out var before) && all[before].Since <= all[i].Since ? before : i;
            }

            foreach (var (_, at) in oldest.Select(g => (Rank: g.Key.HashWith(hash), g.Value)).OrderBy(g => g.Rank).Take(most))
            {
                _isProtected[at] = true;
                Count--;
            }
        }

        /// <summary>Of equals the one with the youngest peer.</summary>
        public NetworkGroup LargestGroup()
        {
            var groups = new Dictionary<NetworkGroup, (int Count, DateTimeOffset Youngest)>();
            for (var i = 0; i < all.Length; i++)
            {
                if (!_isProtected[i])
                {
                    var (count, youngest) = groups.GetValueOrDefault(all[i].Group);
                    groups[all[i].Group] = (count + 1, all[i].Since > youngest ? all[i].Since : youngest);
                }
            }

            return groups.MaxBy(g => g.Value).Key;
        }

        public long? Youngest(Predicate<Evictable> mayGo)
        {
            Evictable? youngest = null;
            for (var i = 0; i < all.Length; i++)
            {
                youngest = !_isProtected[i] && mayGo(all[i]) && !(all[i].Since < youngest?.Since) ? all[i] : youngest;
            }

            return youngest?.Connection;
        }
    }
}
