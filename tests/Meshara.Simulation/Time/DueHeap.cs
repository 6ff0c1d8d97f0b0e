namespace Meshara.Simulation.Time;

/// <summary>When something happens, and where it lies meanwhile. What is due at the same moment happens in its order.</summary>
internal readonly record struct Due(long At, long Order, int Slot)
{
    public bool IsBefore(in Due other) => At < other.At || (At == other.At && Order < other.Order);
}

/// <summary>The earliest first: a heap of four ways, which is flatter than one of two. There are only numbers in it, so nothing of it is the collector's.</summary>
internal sealed class DueHeap
{
    private const int Ways = 4;

    private Due[] _heap = new Due[256];

    public int Count { get; private set; }

    public ref readonly Due First => ref _heap[0];

    public void Add(in Due due)
    {
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, Count * 2);
        }

        var (heap, at) = (_heap, Count++);
        while (at > 0 && (at - 1) / Ways is var parent && due.IsBefore(heap[parent]))
        {
            heap[at] = heap[parent];
            at = parent;
        }

        heap[at] = due;
    }

    public Due Take()
    {
        var (heap, first, last, at) = (_heap, _heap[0], _heap[--Count], 0);
        while ((at * Ways) + 1 is var child && child < Count)
        {
            var least = child;
            for (var other = child + 1; other < Math.Min(child + Ways, Count); other++)
            {
                least = heap[other].IsBefore(heap[least]) ? other : least;
            }

            if (!heap[least].IsBefore(last))
            {
                break;
            }

            heap[at] = heap[least];
            at = least;
        }

        heap[at] = last;
        return first;
    }
}
