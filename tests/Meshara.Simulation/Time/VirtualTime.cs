namespace Meshara.Simulation.Time;

/// <summary>
/// The one queue of a simulation: what happens next, and when. What is due at the same moment happens in the order in which it was
/// asked for, so that a run is one sequence.
/// </summary>
internal sealed class VirtualTime
{
    /// <summary>When every simulation begins.</summary>
    public static readonly DateTimeOffset Dawn = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (long Due, long Order)> _due = new();
    private long _now;
    private long _order;

    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    public DateTimeOffset Now => Dawn + Elapsed;

    /// <summary>How many things have happened.</summary>
    public long Happened { get; private set; }

    public void After(TimeSpan wait, Action action) => _due.Enqueue(action, (_now + Math.Max(0, wait.Ticks), ++_order));

    /// <summary>The next thing happens, unless it is due later than <paramref name="end"/>; the time is then the end.</summary>
    public bool Step(TimeSpan end)
    {
        if (!_due.TryPeek(out var action, out var at) || at.Due > end.Ticks)
        {
            _now = Math.Max(_now, end.Ticks);
            return false;
        }

        _due.Dequeue();
        _now = at.Due;
        Happened++;
        action();
        return true;
    }
}
