namespace Meshara.Hostile.Load;

/// <summary>Round-trip times of many peers. Thread-safe.</summary>
internal sealed class Samples
{
    private readonly Lock _gate = new();
    private List<TimeSpan> _times = [];

    public void Add(TimeSpan time)
    {
        lock (_gate)
        {
            _times.Add(time);
        }
    }

    /// <summary>All since the last call, in order of their length.</summary>
    public List<TimeSpan> Take()
    {
        List<TimeSpan> taken;
        lock (_gate)
        {
            (taken, _times) = (_times, []);
        }

        taken.Sort();
        return taken;
    }

    /// <summary>The middle one; of an even number the upper of the two.</summary>
    public static TimeSpan Median(IEnumerable<TimeSpan> times) => times.Order().ToList() is { Count: > 0 } sorted ? sorted[sorted.Count / 2] : TimeSpan.Zero;

    /// <summary>Of sorted times; zero if there are none.</summary>
    public static TimeSpan Percentile(List<TimeSpan> sorted, double share) =>
        sorted.Count == 0 ? TimeSpan.Zero : sorted[(int)Math.Ceiling((sorted.Count - 1) * share)];
}
