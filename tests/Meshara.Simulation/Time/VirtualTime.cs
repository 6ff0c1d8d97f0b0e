using System.Runtime.InteropServices;

namespace Meshara.Simulation.Time;

/// <summary>
/// The one queue of a simulation: what happens next, and when. What is due at the same moment happens in the order in which it was
/// asked for, so that a run is one sequence.
/// </summary>
/// <remarks>
/// A calendar queue (R. Brown, "Calendar Queues: A Fast O(1) Priority Queue Implementation", 1988): what is far off lies unsorted on the page
/// of its moment, and only the page that is open is kept in order. One heap of all is walked from top to bottom, and through all of
/// the memory that it takes, for each of the hundreds of millions of events of a day.
/// </remarks>
internal sealed class VirtualTime
{
    /// <summary>When every simulation begins.</summary>
    public static readonly DateTimeOffset Dawn = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A page is 2^18 ticks, 26 ms; those of nearly two minutes are laid out, which is longer than any silence of a heartbeat.</summary>
    private const int PageBits = 18, Pages = 4096;

    private readonly DueHeap _open = new();
    private readonly List<Due>[] _pages = [.. Enumerable.Range(0, Pages).Select(_ => new List<Due>())];
    private readonly DueHeap _beyond = new();
    private readonly Stack<int> _free = new();
    private Slot[] _slots = new Slot[1024];
    private long _now;
    private long _order;
    private long _page;
    private int _used;
    private int _laidOut;

    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    public DateTimeOffset Now => Dawn + Elapsed;

    /// <summary>How many things have happened.</summary>
    public long Happened { get; private set; }

    public void After(TimeSpan wait, Action action) => After(wait, Call.Instance, action, 0);

    public void After(TimeSpan wait, IHappen whom, object? what, long number)
    {
        if (!_free.TryPop(out var slot))
        {
            slot = _used++;
            if (slot == _slots.Length)
            {
                Array.Resize(ref _slots, slot * 2);
            }
        }

        _slots[slot] = new Slot(whom, what, number);
        Put(new Due(_now + Math.Max(0, wait.Ticks), ++_order, slot));
    }

    /// <summary>The next thing happens, unless it is due later than <paramref name="end"/>; the time is then the end.</summary>
    public bool Step(TimeSpan end)
    {
        while (_open.Count == 0 && _laidOut + _beyond.Count > 0 && _page < end.Ticks >> PageBits)
        {
            Turn();
        }

        if (_open.Count == 0 || _open.First.At > end.Ticks)
        {
            _now = Math.Max(_now, end.Ticks);
            return false;
        }

        var next = _open.Take();
        var (whom, what, number) = _slots[next.Slot];
        _slots[next.Slot] = default;
        _free.Push(next.Slot);
        _now = next.At;
        Happened++;
        whom.Happen(what, number);
        return true;
    }

    private void Put(in Due due)
    {
        var page = due.At >> PageBits;
        if (page <= _page)
        {
            _open.Add(due);
        }
        else if (page < _page + Pages)
        {
            _pages[page % Pages].Add(due);
            _laidOut++;
        }
        else
        {
            _beyond.Add(due);
        }
    }

    /// <summary>Opens the next page, and lays another one out. Where none is laid out, it turns to the first on which something stands.</summary>
    private void Turn()
    {
        _page = _laidOut > 0 ? _page + 1 : _beyond.First.At >> PageBits;
        var page = _pages[_page % Pages];
        foreach (ref readonly var due in CollectionsMarshal.AsSpan(page))
        {
            _open.Add(due);
        }

        _laidOut -= page.Count;
        page.Clear();
        while (_beyond.Count > 0 && _beyond.First.At >> PageBits < _page + Pages)
        {
            Put(_beyond.Take());
        }
    }

    private readonly record struct Slot(IHappen Whom, object? What, long Number);

    /// <summary>What is asked for as an action.</summary>
    private sealed class Call : IHappen
    {
        public static readonly Call Instance = new();

        public void Happen(object? what, long number) => ((Action)what!)();
    }
}
