using System.Collections.Concurrent;
using Meshara.Actors.Configuration;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// What waits to be written to one peer, in order and bounded. Any thread may send; the connection takes out, and is woken when something has
/// come into an empty one. What is queued while a write is under way goes out together in the next one: many small messages then cost one TLS
/// record.
/// </summary>
internal sealed class Outbox
{
    /// <summary>A batch is closed when it reaches this, so that a ping does not wait behind megabytes. In bytes.</summary>
    private const int BatchSize = 256 * 1024;

    /// <summary>A batch of more grows as it is taken.</summary>
    private const int MostTaken = 64;

    private readonly ConcurrentQueue<Outbound> _waiting = new();
    private readonly ConnectionSettings _limits;
    private readonly Action _wake;
    private readonly Room _room;
    private int _messages;
    private int _bytes;
    private int _isAwake;
    private volatile bool _isClosed;

    /// <param name="limits">What may wait.</param>
    /// <param name="wake">Has the connection look, soon and on its own thread.</param>
    public Outbox(ConnectionSettings limits, Action wake) => (_limits, _wake, _room) = (limits, wake, new Room(() => HasRoom));

    /// <summary>Half of it is free at least, so that who waits for room does not wait again at once; or the connection has ended.</summary>
    private bool HasRoom =>
        _isClosed || (Volatile.Read(ref _messages) <= _limits.MaxQueuedMessages / 2 && Volatile.Read(ref _bytes) <= _limits.MaxQueuedSize / 2);

    /// <summary>Queues what the application sends, all of it or nothing.</summary>
    public SendResult Send(Outbound messages)
    {
        // What the queue could never hold would be told that it is full for ever.
        if (messages.Largest > _limits.MaxFrameSize || messages.Size > _limits.MaxQueuedSize || messages.Messages > _limits.MaxQueuedMessages)
        {
            return SendResult.TooLarge;
        }

        if (_isClosed)
        {
            return SendResult.NotConnected;
        }

        if (!TryReserve(messages))
        {
            return SendResult.QueueFull;
        }

        _waiting.Enqueue(messages);
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
        {
            _wake();
        }

        return SendResult.Queued;
    }

    /// <summary>Completes when much of the queue is free, or the connection has ended.</summary>
    public Task WhenRoomAsync()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _room.WhenOpen(() => open.TrySetResult());
        return open.Task;
    }

    /// <summary>Queues what the protocol itself says, of which there is little: no bound can hold up a goodbye. For the connection, which looks itself.</summary>
    public void AddControl(Envelope frame) => _waiting.Enqueue(Outbound.Of(frame));

    /// <summary>Takes the next batch off the front; empty when nothing waits, and then the connection is woken by what comes next.</summary>
    public List<Outbound> TakeBatch()
    {
        var batch = new List<Outbound>(Math.Min(_waiting.Count, MostTaken));
        do
        {
            Interlocked.Exchange(ref _isAwake, 1);
            Take(batch);
        }
        while (batch.Count == 0 && !FallAsleep());
        return batch;
    }

    /// <summary>Takes nothing more of the application, and forgets what was not written.</summary>
    public void Close()
    {
        _isClosed = true;
        while (_waiting.TryDequeue(out var forgotten))
        {
            GiveBack(forgotten);
        }

        _room.OpenToAll();
    }

    private void Take(List<Outbound> batch)
    {
        var total = 0;
        while (_waiting.TryPeek(out var next) && (batch.Count == 0 || total + next.Size <= BatchSize) && _waiting.TryDequeue(out next))
        {
            GiveBack(next);
            total += next.Size;
            batch.Add(next);
        }

        if (batch.Count > 0 && HasRoom)
        {
            _room.OpenToAll();
        }
    }

    /// <summary>False if something has come in the meantime, whose sender did not wake the connection.</summary>
    private bool FallAsleep()
    {
        Interlocked.Exchange(ref _isAwake, 0);
        return _waiting.IsEmpty;
    }

    private bool TryReserve(Outbound messages)
    {
        if (!TryAdd(ref _messages, messages.Messages, _limits.MaxQueuedMessages))
        {
            return false;
        }

        if (TryAdd(ref _bytes, messages.Size, _limits.MaxQueuedSize))
        {
            return true;
        }

        Interlocked.Add(ref _messages, -messages.Messages);
        return false;
    }

    private void GiveBack(Outbound taken)
    {
        if (!taken.IsControl)
        {
            Interlocked.Add(ref _messages, -taken.Messages);
            Interlocked.Add(ref _bytes, -taken.Size);
        }
    }

    private static bool TryAdd(ref int waiting, int more, int most)
    {
        while (true)
        {
            var before = Volatile.Read(ref waiting);
            if (more > most - before)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref waiting, before + more, before) == before)
            {
                return true;
            }
        }
    }
}
