using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies.Bitcoin;

/// <summary>
/// The address manager as Heilman et al. (2015, section 2) describe it: buckets without places of their own in them; who comes into
/// a full one takes the place of the oldest of four at random; the choice prefers addresses of a recent time.
/// </summary>
internal sealed class OldAddrMan(ulong key, Random random) : IAddressManager
{
    public const int BucketSize = 64;

    public const int TriedBuckets = 64;

    public const int NewBuckets = 256;

    public const int TriedBucketsPerGroup = 4;

    public const int NewBucketsPerSource = 32;

    public const int MaxReferences = 4;

    private readonly Dictionary<int, AddressInfo> _known = [];
    private readonly List<AddressInfo>[] _tried = [.. Enumerable.Range(0, TriedBuckets).Select(_ => new List<AddressInfo>())];
    private readonly List<AddressInfo>[] _new = [.. Enumerable.Range(0, NewBuckets).Select(_ => new List<AddressInfo>())];

    public int NewCount => _known.Values.Count(a => !a.IsTried);

    public int TriedCount { get; private set; }

    public int TriedBucketOf(Host host) =>
        (int)(Chance.Mix(key, host.Group, (long)(Chance.Mix(key, host.Spot) % TriedBucketsPerGroup)) % TriedBuckets);

    public int NewBucketOf(Host host, int source) =>
        (int)(Chance.Mix(key, source, (long)(Chance.Mix(key, host.Group, source) % NewBucketsPerSource), 1) % NewBuckets);

    public void Add(Host host, int source, DateTimeOffset saidToBeThere, DateTimeOffset now)
    {
        if (_known.TryGetValue(host.Spot, out var known))
        {
            known.Time = saidToBeThere > known.Time ? saidToBeThere : known.Time;

            // Each further place is half as likely as the one before.
            if (known.IsTried || known.References >= MaxReferences || random.Next(1 << known.References) != 0)
            {
                return;
            }
        }

        var bucket = _new[NewBucketOf(host, source)];
        known ??= new AddressInfo(host, source) { Time = saidToBeThere };
        if (bucket.Contains(known))
        {
            return;
        }

        if (bucket.Count >= BucketSize)
        {
            MakeRoom(bucket, now);
        }

        _known[host.Spot] = known;
        known.References++;
        bucket.Add(known);
    }

    public void Good(Host host, DateTimeOffset now)
    {
        if (!_known.TryGetValue(host.Spot, out var info))
        {
            return;
        }

        (info.LastSuccess, info.LastTry, info.Time, info.Attempts) = (now, now, now, 0);
        if (info.IsTried)
        {
            return;
        }

        for (var bucket = 0; info.References > 0; bucket++)
        {
            info.References -= _new[bucket].Remove(info) ? 1 : 0;
        }

        info.IsTried = true;
        var tried = _tried[TriedBucketOf(host)];
        if (tried.Count >= BucketSize)
        {
            Demote(tried, OldestOfFour(tried), now);
        }

        tried.Add(info);
        TriedCount++;
    }

    public void Attempt(Host host, DateTimeOffset now)
    {
        if (_known.TryGetValue(host.Spot, out var info))
        {
            info.LastTry = now;
            info.Attempts++;
        }
    }

    public AddressInfo? Select(int outbound, DateTimeOffset now, bool newOnly = false)
    {
        var news = _known.Count - TriedCount;
        if (_known.Count == 0 || (newOnly && news == 0))
        {
            return null;
        }

        // Section 2.2: with w connections made and r tried addresses to one new, tried is chosen with sqrt(r)(9-w) : (w+1).
        var ratio = news == 0 ? double.PositiveInfinity : Math.Sqrt(TriedCount / (double)news);
        var tried = ratio * (9 - outbound);
        var table = !newOnly && (news == 0 || (TriedCount > 0 && random.NextDouble() < tried / (tried + outbound + 1))) ? _tried : _new;
        for (var rejected = 0; ; rejected++)
        {
            if (table[random.Next(table.Length)] is not { Count: > 0 } bucket)
            {
                rejected--;
                continue;
            }

            var info = bucket[random.Next(bucket.Count)];
            var age = Math.Max(0, (now - info.Time) / TimeSpan.FromMinutes(10));
            if (random.NextDouble() < Math.Min(1, Math.Pow(1.2, rejected) / (1 + age)))
            {
                return info;
            }
        }
    }

    private AddressInfo OldestOfFour(List<AddressInfo> bucket) =>
        Enumerable.Range(0, 4).Select(_ => bucket[random.Next(bucket.Count)]).MinBy(a => a.Time)!;

    private void MakeRoom(List<AddressInfo> bucket, DateTimeOffset now)
    {
        var gone = bucket.Find(a => a.IsTerrible(now)) ?? OldestOfFour(bucket);
        bucket.Remove(gone);
        if (--gone.References == 0)
        {
            _known.Remove(gone.Host.Spot);
        }
    }

    /// <summary>Who loses its place among the tried is new again.</summary>
    private void Demote(List<AddressInfo> bucket, AddressInfo gone, DateTimeOffset now)
    {
        bucket.Remove(gone);
        TriedCount--;
        gone.IsTried = false;
        var news = _new[NewBucketOf(gone.Host, gone.Source)];
        if (news.Count >= BucketSize)
        {
            MakeRoom(news, now);
        }

        gone.References = 1;
        news.Add(gone);
    }
}
