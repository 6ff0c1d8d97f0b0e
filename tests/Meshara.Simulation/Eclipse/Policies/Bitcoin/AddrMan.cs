using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies.Bitcoin;

/// <summary>
/// The address manager as Bitcoin Core's documentation of addrman describes it today: each address has one place in each of its buckets;
/// a tried one is displaced only when it fails a test; both tables are equally likely to be chosen from.
/// </summary>
internal sealed class AddrMan(ulong key, Random random) : IAddressManager
{
    public const int BucketSize = 64;

    public const int TriedBuckets = 256;

    public const int NewBuckets = 1024;

    public const int TriedBucketsPerGroup = 8;

    public const int NewBucketsPerSource = 64;

    public const int MaxReferences = 8;

    /// <summary>Newcomers that wait for a test of the one in their place.</summary>
    public const int MaxCollisions = 10;

    private static readonly TimeSpan StillGood = TimeSpan.FromHours(4);

    private static readonly TimeSpan TestWindow = TimeSpan.FromMinutes(40);

    private readonly Dictionary<int, AddressInfo> _known = [];
    private readonly AddressInfo?[] _tried = new AddressInfo?[TriedBuckets * BucketSize];
    private readonly AddressInfo?[] _new = new AddressInfo?[NewBuckets * BucketSize];
    private readonly List<Host> _collisions = [];

    public int NewCount => _known.Count - TriedCount;

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
            if (known.IsTried || known.References >= MaxReferences || random.Next(1 << known.References) != 0)
            {
                return;
            }
        }

        var place = NewPlaceOf(host, source);
        if (_new[place] is { } occupant)
        {
            if (occupant == known || !(occupant.IsTerrible(now) || (occupant.References > 1 && (known?.References ?? 0) == 0)))
            {
                return;
            }

            Clear(place);
        }

        known ??= _known[host.Spot] = new AddressInfo(host, source) { Time = saidToBeThere };
        known.References++;
        _new[place] = known;
    }

    public void Good(Host host, DateTimeOffset now)
    {
        if (!_known.TryGetValue(host.Spot, out var info))
        {
            return;
        }

        (info.LastSuccess, info.LastTry, info.Attempts) = (now, now, 0);
        if (info.IsTried || info.References == 0)
        {
            return;
        }

        if (_tried[TriedPlaceOf(host)] is null)
        {
            MakeTried(info);
        }
        else if (_collisions.Count < MaxCollisions && !_collisions.Contains(host))
        {
            _collisions.Add(host);
        }
    }

    public void Attempt(Host host, DateTimeOffset now)
    {
        if (_known.TryGetValue(host.Spot, out var info))
        {
            info.LastTry = now;
            info.Attempts++;
        }
    }

    /// <summary>Whom a feeler should test, because a newcomer waits for its place.</summary>
    public AddressInfo? ToTest() => _collisions.Count == 0 ? null : _tried[TriedPlaceOf(_collisions[random.Next(_collisions.Count)])];

    /// <summary>Newcomers take the places of those who failed their test, or were not tested in time.</summary>
    public void ResolveCollisions(DateTimeOffset now)
    {
        foreach (var host in _collisions.ToList())
        {
            var info = _known.GetValueOrDefault(host.Spot);
            var old = _tried[TriedPlaceOf(host)];
            if (info is null || info.IsTried || old is null || now - old.LastSuccess < StillGood)
            {
                _collisions.Remove(host);
                if (info is { IsTried: false, References: > 0 } && old is null)
                {
                    MakeTried(info);
                }
            }
            else if (now - old.LastTry < StillGood ? now - old.LastTry > TimeSpan.FromMinutes(1) : now - info.LastSuccess > TestWindow)
            {
                _collisions.Remove(host);
                Demote(old);
                MakeTried(info);
            }
        }
    }

    public AddressInfo? Select(int outbound, DateTimeOffset now, bool newOnly = false)
    {
        if (_known.Count == 0 || (newOnly && NewCount == 0))
        {
            return null;
        }

        var table = !newOnly && (NewCount == 0 || (TriedCount > 0 && random.Next(2) == 0)) ? _tried : _new;
        for (var factor = 1.0; ;)
        {
            var bucket = random.Next(table.Length / BucketSize) * BucketSize;
            var start = random.Next(BucketSize);
            for (var i = 0; i < BucketSize; i++)
            {
                if (table[bucket + ((start + i) % BucketSize)] is not { } info)
                {
                    continue;
                }

                var chance = Math.Pow(0.66, Math.Min(info.Attempts, 8)) * (now - info.LastTry < TimeSpan.FromMinutes(10) ? 0.01 : 1);
                if (random.NextDouble() < chance * factor)
                {
                    return info;
                }

                factor *= 1.2;
                break;
            }
        }
    }

    private int TriedPlaceOf(Host host) => PlaceIn(TriedBucketOf(host), host, 2);

    private int NewPlaceOf(Host host, int source) => PlaceIn(NewBucketOf(host, source), host, 3);

    private int PlaceIn(int bucket, Host host, long table) => (bucket * BucketSize) + (int)(Chance.Mix(key, table, bucket, host.Spot) % BucketSize);

    private void Clear(int place)
    {
        if (_new[place] is { } gone)
        {
            _new[place] = null;
            if (--gone.References == 0)
            {
                _known.Remove(gone.Host.Spot);
            }
        }
    }

    private void MakeTried(AddressInfo info)
    {
        for (var place = 0; place < _new.Length && info.References > 0; place++)
        {
            if (_new[place] == info)
            {
                _new[place] = null;
                info.References--;
            }
        }

        info.IsTried = true;
        _tried[TriedPlaceOf(info.Host)] = info;
        TriedCount++;
    }

    private void Demote(AddressInfo old)
    {
        _tried[TriedPlaceOf(old.Host)] = null;
        (old.IsTried, old.References) = (false, 1);
        TriedCount--;
        var place = NewPlaceOf(old.Host, old.Source);
        Clear(place);
        _new[place] = old;
    }
}
