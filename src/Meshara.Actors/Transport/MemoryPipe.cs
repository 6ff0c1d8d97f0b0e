namespace Meshara.Actors.Transport;

/// <summary>
/// One direction of an in-memory connection: bytes in order, with a bound that holds the writer back. What can complete at once does,
/// and what waits is resumed on the thread that ends the wait, so that one thread runs a whole network in one order.
/// </summary>
internal sealed class MemoryPipe : IOutgoing
{
    /// <summary>Bytes that wait to be read, about what a socket buffers.</summary>
    public const int Capacity = 64 * 1024;

    private readonly Lock _gate = new();

    // Grows to what was needed so far: a simulation holds thousands of idle links.
    private byte[] _ring = [];
    private int _start;
    private int _count;
    private bool _ended;
    private bool _silent;
    private bool _abandoned;
    private string? _broken;
    private TaskCompletionSource? _reading;
    private TaskCompletionSource? _writing;

    /// <summary>At least one byte, or 0 at the end. Into an empty buffer: waits until there is something, and takes none of it.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Task? wait = null;
            TaskCompletionSource? writer = null;
            var taken = 0;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_abandoned, this);
                if (_broken is { } why)
                {
                    throw new IOException(why);
                }

                if (_count > 0)
                {
                    taken = Take(into.Span);
                    (writer, _writing) = (_writing, null);
                }
                else if (!_ended)
                {
                    wait = (_reading ??= new TaskCompletionSource()).Task;
                }
            }

            Resume(writer);
            if (wait is null)
            {
                return taken;
            }

            await wait.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <exception cref="IOException">The connection is lost, or the reader has gone.</exception>
    public void ThrowIfBroken()
    {
        lock (_gate)
        {
            if (_broken is { } why)
            {
                throw new IOException(why);
            }
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> from, CancellationToken cancellation)
    {
        while (!from.IsEmpty)
        {
            cancellation.ThrowIfCancellationRequested();
            Task? wait = null;
            TaskCompletionSource? reader = null;
            lock (_gate)
            {
                if (_silent)
                {
                    return;
                }

                if (_ended || _abandoned || _broken is not null)
                {
                    throw new IOException(_broken ?? "The connection has been closed.");
                }

                if (_count == Capacity)
                {
                    wait = (_writing ??= new TaskCompletionSource()).Task;
                }
                else
                {
                    from = from[Put(from.Span)..];
                    (reader, _reading) = (_reading, null);
                }
            }

            Resume(reader);
            await (wait?.WaitAsync(cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    /// <summary>No more will be written; what is there can still be read.</summary>
    public void End() => Change(() => _ended |= !_silent);

    /// <summary>Nobody reads any more: reads and writes fail.</summary>
    public void Abandon() => Change(() => _abandoned = true);

    /// <summary>The connection is lost: reads and writes fail from now on.</summary>
    public void Break(string why) => Change(() => _broken ??= _silent ? null : why);

    /// <summary>What is written from now on vanishes, and so does the news of an end: as on a network that is cut.</summary>
    public void Silence() => Change(() => _silent = true);

    private void Change(Action change)
    {
        TaskCompletionSource? reader, writer;
        lock (_gate)
        {
            change();
            (reader, _reading) = (_reading, null);
            (writer, _writing) = (_writing, null);
        }

        Resume(reader);
        Resume(writer);
    }

    private static void Resume(TaskCompletionSource? waiting)
    {
        if (waiting is not null)
        {
            Inline.Run(waiting.SetResult);
        }
    }

    private int Take(Span<byte> into)
    {
        var size = Math.Min(into.Length, _count);
        if (size == 0)
        {
            return 0;
        }

        var first = Math.Min(size, _ring.Length - _start);
        _ring.AsSpan(_start, first).CopyTo(into);
        _ring.AsSpan(0, size - first).CopyTo(into[first..]);
        _start = (_start + size) % _ring.Length;
        _count -= size;
        return size;
    }

    private int Put(ReadOnlySpan<byte> from)
    {
        var size = Math.Min(from.Length, Capacity - _count);
        Grow(_count + size);
        var at = (_start + _count) % _ring.Length;
        var first = Math.Min(size, _ring.Length - at);
        from[..first].CopyTo(_ring.AsSpan(at));
        from[first..size].CopyTo(_ring);
        _count += size;
        return size;
    }

    private void Grow(int needed)
    {
        if (needed > _ring.Length)
        {
            var larger = new byte[Math.Min(Capacity, Math.Max(256, needed * 2))];
            var count = _count;
            Take(larger);
            (_ring, _start, _count) = (larger, 0, count);
        }
    }
}
