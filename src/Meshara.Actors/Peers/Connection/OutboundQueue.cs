using Meshara.Actors.Configuration;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers.Connection;

/// <summary>
/// What waits to be written to one peer, in order and bounded. What is queued while a write is under way goes out together in the
/// next one: many small messages then cost one TLS record.
/// </summary>
internal sealed class OutboundQueue(ConnectionSettings limits)
{
    /// <summary>A batch is closed when it reaches this, so that a ping does not wait behind megabytes. In bytes.</summary>
    private const int BatchSize = 256 * 1024;

    private readonly Queue<(Envelope Frame, int Size, bool Counted)> _waiting = new();
    private int _messages;
    private int _bytes;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Queues what the application sends; false when a bound is reached.</summary>
    public bool TryAdd(Envelope frame, int size)
    {
        if (_messages >= limits.MaxQueuedMessages || _bytes + size > limits.MaxQueuedSize)
        {
            return false;
        }

        _messages++;
        _bytes += size;
        _waiting.Enqueue((frame, size, true));
        return true;
    }

    /// <summary>Queues what the protocol itself says, of which there is little: no bound can hold up a goodbye.</summary>
    public void AddControl(Envelope frame) => _waiting.Enqueue((frame, FrameCodec.SizeOf(frame), false));

    /// <summary>Takes the next batch off the front.</summary>
    public (List<Envelope> Frames, int Size) TakeBatch()
    {
        var frames = new List<Envelope>(_waiting.Count);
        var total = 0;
        while (_waiting.TryPeek(out var next) && (frames.Count == 0 || total + next.Size <= BatchSize))
        {
            _waiting.Dequeue();
            _messages -= next.Counted ? 1 : 0;
            _bytes -= next.Counted ? next.Size : 0;
            total += next.Size;
            frames.Add(next.Frame);
        }

        return (frames, total);
    }

    /// <summary>Forgets what was not written.</summary>
    public void Clear()
    {
        _waiting.Clear();
        (_messages, _bytes) = (0, 0);
    }
}
