using System.Net;
using System.Threading.RateLimiting;

namespace Meshara.Actors.Peers;

/// <summary>
/// How often each source may come. What it may is reckoned when it does: the framework's partitioned limiter looks at its sources ten times
/// a second for as long as it lives, and wakes a node that nobody dials. Not thread-safe: its owner is an actor.
/// </summary>
/// <param name="each">The bucket of one source; it is replenished by nobody else.</param>
internal sealed class SourceRates(TokenBucketRateLimiterOptions each) : IDisposable
{
    /// <summary>At so many sources those are forgotten who have been quiet for so long that their bucket is full, as a new one is.</summary>
    internal const int Many = 1024;

    private readonly Dictionary<IPAddress, TokenBucketRateLimiter> _buckets = [];
    private int _forgetAt = Many;

    /// <summary>How many sources are remembered.</summary>
    public int Count => _buckets.Count;

    /// <summary>Whether one more may come from there now.</summary>
    public bool TryTake(IPAddress source)
    {
        if (!_buckets.TryGetValue(source, out var bucket))
        {
            if (_buckets.Count >= _forgetAt)
            {
                ForgetQuiet();
            }

            bucket = _buckets[source] = new TokenBucketRateLimiter(each);
        }

        bucket.TryReplenish();
        using var lease = bucket.AttemptAcquire();
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values)
        {
            bucket.Dispose();
        }

        _buckets.Clear();
    }

    /// <summary>Twice as many as are left may come before this is done again: it costs each of them a constant.</summary>
    private void ForgetQuiet()
    {
        foreach (var (source, bucket) in _buckets)
        {
            bucket.TryReplenish();
            if (bucket.IdleDuration is not null)
            {
                bucket.Dispose();
                _buckets.Remove(source);
            }
        }

        _forgetAt = Math.Max(Many, 2 * _buckets.Count);
    }
}
