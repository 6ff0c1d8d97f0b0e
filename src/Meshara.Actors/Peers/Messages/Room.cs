namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// Lets those wait who found a bounded queue full, first come, first served. Thread-safe. Whoever takes out of the queue opens it after that; as
/// a waiter looks once more after it has said that it waits, none misses it.
/// </summary>
/// <param name="hasRoom">Whether there is room now.</param>
internal sealed class Room(Func<bool> hasRoom)
{
    private readonly Lock _gate = new();
    private Queue<Action>? _waiters;

    /// <summary>Calls <paramref name="wake"/> once, on any thread and perhaps at once, when there may be room.</summary>
    public void WhenOpen(Action wake)
    {
        lock (_gate)
        {
            (_waiters ??= new Queue<Action>()).Enqueue(wake);
        }

        if (hasRoom())
        {
            OpenToAll();
        }
    }

    /// <summary>Wakes the first who waits; false if nobody does.</summary>
    public bool OpenToOne()
    {
        Action? first = null;
        lock (_gate)
        {
            _waiters?.TryDequeue(out first);
        }

        first?.Invoke();
        return first is not null;
    }

    /// <summary>Wakes all who wait.</summary>
    public void OpenToAll()
    {
        while (OpenToOne())
        {
        }
    }
}
