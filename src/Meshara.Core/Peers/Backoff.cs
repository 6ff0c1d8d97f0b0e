namespace Meshara.Core.Peers;

/// <summary>
/// Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015): the n-th
/// wait is uniform in (0, min(<paramref name="Max"/>, <paramref name="Initial"/> * 2^n)], so that the peers of a node that
/// comes back don't all dial at one moment.
/// </summary>
/// <param name="Initial">The bound of the first wait.</param>
/// <param name="Max">The bound of every later wait.</param>
internal sealed record Backoff(TimeSpan Initial, TimeSpan Max)
{
    /// <summary>The wait after the n-th failure in a row (counted from 0), for <paramref name="chance"/> uniform in [0, 1).</summary>
    public TimeSpan Wait(int failures, double chance)
    {
        // 2^30 s is 34 years: beyond it the shift has no meaning, and Max rules long before.
        var bound = Math.Min(Max.TotalMilliseconds, Initial.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures, 0, 30)));
        return TimeSpan.FromMilliseconds(Math.Max(1, bound * (1 - chance)));
    }
}
