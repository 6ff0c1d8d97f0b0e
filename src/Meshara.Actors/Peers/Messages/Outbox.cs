using Meshara.Actors.Configuration;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// What waits to be written to one peer, in order and bounded. Any thread may send; the connection takes out, and is woken when something has
/// come into an empty one. What is queued while a write is under way goes out together in the next one: many small messages then cost one TLS
/// record.
/// </summary>
/// <param name="limits">What may wait.</param>
/// <param name="wake">Has the connection look, soon and on its own thread.</param>
internal sealed class Outbox(ConnectionSettings limits, Action wake)
{
    /// <summary>Room for so many is kept when nothing waits.</summary>
    public const int MostKept = 64;

    /// <summary>A batch is closed when it reaches this, so that a ping does not wait behind megabytes. In bytes.</summary>
    private const int BatchSize = 256 * 1024;

    private readonly Queue<Outbound> _waiting = new();
    private readonly Lock _gate = new();
    private int _messages;
    private int _bytes;
    private bool _isAwake;
    private bool _isOpen;

    /// <summary>Whoever waits for room, and what that has to hold beside what waits then.</summary>
    private TaskCompletionSource? _whenRoom;
    private (int Messages, int Bytes) _refused;

    /// <summary>Half of it is free at least, so that who waits for room does not wait again at once, and all that was refused fits; or nobody is connected.</summary>
    private bool HasRoom => !_isOpen
        || (_messages <= Math.Min(limits.MaxQueuedMessages / 2, limits.MaxQueuedMessages - _refused.Messages)
            && _bytes <= Math.Min(limits.MaxQueuedSize / 2, limits.MaxQueuedSize - _refused.Bytes));

    /// <summary>The peer is connected: it takes what the application sends from now on.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _isOpen = true;
        }
    }

    /// <summary>Queues what the application sends, all of it or nothing.</summary>
    public SendResult Send(Outbound messages)
    {
        // What the queue could never hold would be told that it is full for ever.
        if (messages.Largest > limits.MaxFrameSize || messages.Size > limits.MaxQueuedSize || messages.Messages > limits.MaxQueuedMessages)
        {
            return SendResult.TooLarge;
        }

        bool wasAwake;
        lock (_gate)
        {
            if (!_isOpen)
            {
                return SendResult.NotConnected;
            }

            if (messages.Messages > limits.MaxQueuedMessages - _messages || messages.Size > limits.MaxQueuedSize - _bytes)
            {
                _refused = (Math.Max(_refused.Messages, messages.Messages), Math.Max(_refused.Bytes, messages.Size));
                return SendResult.QueueFull;
            }

            _waiting.Enqueue(messages);
            Count(messages, 1);
            (wasAwake, _isAwake) = (_isAwake, true);
        }

        if (!wasAwake)
        {
            wake();
        }

        return SendResult.Queued;
    }

    /// <summary>Completes when half of the queue is free and what was refused fits, or the connection has ended.</summary>
    public Task WhenRoomAsync()
    {
        lock (_gate)
        {
            return HasRoom ? Task.CompletedTask : (_whenRoom ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Queues what the protocol itself says, of which there is little: no bound can hold up a goodbye. For the connection, which looks itself.</summary>
    public void AddControl(Envelope frame)
    {
        lock (_gate)
        {
            _waiting.Enqueue(Outbound.Of(frame));
        }
    }

    /// <summary>
    /// Takes the next batch off the front into <paramref name="batch"/>, which is empty. Whether anything waited: if not, the connection is
    /// woken by what comes next.
    /// </summary>
    public bool TakeBatch(List<Outbound> batch)
    {
        bool any;
        TaskCompletionSource? room;
        lock (_gate)
        {
            var size = 0;
            while (_waiting.TryPeek(out var next) && (batch.Count == 0 || size + next.Size <= BatchSize))
            {
                _waiting.Dequeue();
                Count(next, -1);
                size += next.Size;
                batch.Add(next);
            }

            _isAwake = any = batch.Count > 0;
            room = TakeWaitersIfRoom();
        }

        room?.SetResult();
        return any;
    }

    /// <summary>Gives back the room that a burst took, if nothing waits.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && _waiting.Capacity > MostKept)
            {
                _waiting.TrimExcess();
            }
        }
    }

    /// <summary>Takes nothing more of the application, and forgets what was not written.</summary>
    public void Close()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _isOpen = false;
            _waiting.Clear();
            (_messages, _bytes) = (0, 0);
            room = TakeWaitersIfRoom();
        }

        room?.SetResult();
    }

    private TaskCompletionSource? TakeWaitersIfRoom()
    {
        if (!HasRoom)
        {
            return null;
        }

        var waiters = _whenRoom;
        (_whenRoom, _refused) = (null, default);
        return waiters;
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
