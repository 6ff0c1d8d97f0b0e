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

    private readonly Queue<Outbound> _waiting = new();
    private readonly Lock _gate = new();
    private readonly ConnectionSettings _limits;
    private readonly Action _wake;
    private readonly Room _room;
    private int _messages;
    private int _bytes;
    private bool _isAwake;
    private bool _isClosed;

    /// <param name="limits">What may wait.</param>
    /// <param name="wake">Has the connection look, soon and on its own thread.</param>
    public Outbox(ConnectionSettings limits, Action wake) => (_limits, _wake, _room) = (limits, wake, new Room(HasRoom));

    /// <summary>Queues what the application sends, all of it or nothing.</summary>
    public SendResult Send(Outbound messages)
    {
        // What the queue could never hold would be told that it is full for ever.
        if (messages.Largest > _limits.MaxFrameSize || messages.Size > _limits.MaxQueuedSize || messages.Messages > _limits.MaxQueuedMessages)
        {
            return SendResult.TooLarge;
        }

        bool wasAwake;
        lock (_gate)
        {
            if (_isClosed)
            {
                return SendResult.NotConnected;
            }

            if (messages.Messages > _limits.MaxQueuedMessages - _messages || messages.Size > _limits.MaxQueuedSize - _bytes)
            {
                return SendResult.QueueFull;
            }

            _waiting.Enqueue(messages);
            Count(messages, 1);
            (wasAwake, _isAwake) = (_isAwake, true);
        }

        if (!wasAwake)
        {
            _wake();
        }

        return SendResult.Queued;
    }

    /// <summary>Completes when half of the queue is free, or the connection has ended.</summary>
    public Task WhenRoomAsync()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _room.WhenOpen(() => open.TrySetResult());
        return open.Task;
    }

    /// <summary>Queues what the protocol itself says, of which there is little: no bound can hold up a goodbye. For the connection, which looks itself.</summary>
    public void AddControl(Envelope frame)
    {
        lock (_gate)
        {
            _waiting.Enqueue(Outbound.Of(frame));
        }
    }

    /// <summary>Takes the next batch off the front; empty when nothing waits, and then the connection is woken by what comes next.</summary>
    public List<Outbound> TakeBatch()
    {
        List<Outbound> batch;
        lock (_gate)
        {
            batch = new List<Outbound>(Math.Min(_waiting.Count, MostTaken));
            var size = 0;
            while (_waiting.TryPeek(out var next) && (batch.Count == 0 || size + next.Size <= BatchSize))
            {
                _waiting.Dequeue();
                Count(next, -1);
                size += next.Size;
                batch.Add(next);
            }

            _isAwake = batch.Count > 0;
        }

        if (HasRoom())
        {
            _room.OpenToAll();
        }

        return batch;
    }

    /// <summary>Takes nothing more of the application, and forgets what was not written.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _waiting.Clear();
            (_messages, _bytes) = (0, 0);
        }

        _room.OpenToAll();
    }

    /// <summary>Half of it is free at least, so that who waits for room does not wait again at once; or the connection has ended.</summary>
    private bool HasRoom()
    {
        lock (_gate)
        {
            return _isClosed || (_messages <= _limits.MaxQueuedMessages / 2 && _bytes <= _limits.MaxQueuedSize / 2);
        }
    }

    private void Count(Outbound messages, int sign)
    {
        if (!messages.IsControl)
        {
            _messages += sign * messages.Messages;
            _bytes += sign * messages.Size;
        }
    }
}
