using Meshara.Actors.Configuration;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers.Connection;

/// <summary>What waits to be written: what the protocol itself says, or messages of the application, encoded already.</summary>
/// <param name="Messages">How many of the application.</param>
internal readonly record struct Outbound(Envelope? Frame, ReadOnlyMemory<byte> Encoded, int Size, int Messages)
{
    /// <summary>Writes it to the front of <paramref name="into"/>; answers its size.</summary>
    public int Write(Span<byte> into)
    {
        if (Frame is not null)
        {
            return FrameCodec.Write(into, Frame);
        }

        Encoded.Span.CopyTo(into);
        return Size;
    }
}

/// <summary>
/// What waits to be written to one peer, in order and bounded. What is queued while a write is under way goes out together in the
/// next one: many small messages then cost one TLS record.
/// </summary>
internal sealed class OutboundQueue(ConnectionSettings limits)
{
    /// <summary>A batch is closed when it reaches this, so that a ping does not wait behind megabytes. In bytes.</summary>
    private const int BatchSize = 256 * 1024;

    /// <summary>A batch of more grows as it is taken.</summary>
    private const int MostTaken = 64;

    private readonly Queue<Outbound> _waiting = new();
    private int _messages;
    private int _bytes;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Queues what the application sends; false when a bound is reached.</summary>
    public bool TryAdd(ReadOnlyMemory<byte> frames, int messages)
    {
        if (_messages + messages > limits.MaxQueuedMessages || _bytes + frames.Length > limits.MaxQueuedSize)
        {
            return false;
        }

        _messages += messages;
        _bytes += frames.Length;
        _waiting.Enqueue(new Outbound(null, frames, frames.Length, messages));
        return true;
    }

    /// <summary>Queues what the protocol itself says, of which there is little: no bound can hold up a goodbye.</summary>
    public void AddControl(Envelope frame) => _waiting.Enqueue(new Outbound(frame, default, FrameCodec.SizeOf(frame), 0));

    /// <summary>Takes the next batch off the front.</summary>
    public (List<Outbound> Frames, int Size) TakeBatch()
    {
        var frames = new List<Outbound>(Math.Min(_waiting.Count, MostTaken));
        var total = 0;
        while (_waiting.TryPeek(out var next) && (frames.Count == 0 || total + next.Size <= BatchSize))
        {
            _waiting.Dequeue();
            _messages -= next.Messages;
            _bytes -= next.Encoded.Length;
            total += next.Size;
            frames.Add(next);
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
