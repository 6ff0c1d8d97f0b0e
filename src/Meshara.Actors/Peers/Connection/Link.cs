using System.Buffers;
using System.IO.Pipelines;
using Akka.Actor;
using Akka.Event;
using Google.Protobuf;
using Meshara.Actors.Transport;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <summary>
/// The frames of one link, in both directions. Not an actor and not thread-safe: its connection owns it. It has at most one read
/// and one write under way; what comes of them is told to the connection, which touches nothing here while a read could.
/// </summary>
internal sealed class Link
{
    /// <summary>One read fills at most this; it is also the largest TLS record (RFC 8446 section 5.1). Held only while bytes arrive.</summary>
    private const int ReadBuffer = 16 * 1024;

    private readonly Stream _stream;
    private readonly OutboundQueue _queue;
    private readonly Intake _intake;
    private readonly Vitality _vitality;
    private readonly IActorRef _connection;
    private readonly CancellationToken _alive;
    private readonly PipeReader _reader;
    private ReadResult _arrived;
    private bool _exhausted;
    private bool _reading;
    private bool _writing;

    /// <param name="intake">Says when more may be read.</param>
    /// <param name="vitality">Knows of writes and frames that do not end.</param>
    /// <param name="connection">Told <see cref="Arrived"/>, <see cref="Wrote"/>, <see cref="Ended"/> and <see cref="Broke"/>.</param>
    /// <param name="alive">Cancelled when the connection has stopped.</param>
    public Link(IPeerLink link, OutboundQueue queue, Intake intake, Vitality vitality, IActorRef connection, CancellationToken alive)
    {
        (_stream, _queue, _intake, _vitality, _connection, _alive) = (link.Stream, queue, intake, vitality, connection, alive);
        _reader = PipeReader.Create(link.Stream, new StreamPipeReaderOptions(bufferSize: ReadBuffer, leaveOpen: true, useZeroByteReads: true));
    }

    /// <summary>Bytes received, headers included.</summary>
    public long Received { get; private set; }

    /// <summary>Bytes handed to the stream.</summary>
    public long Sent { get; private set; }

    /// <summary>Messages of the application among them.</summary>
    public long SentMessages { get; private set; }

    /// <summary>Whether nothing is read because the peer was too fast.</summary>
    public bool IsHeldBack => _intake.IsResting;

    /// <summary>Asks for more bytes, unless that was asked already; a peer that was too fast waits for them.</summary>
    public void Read()
    {
        if (!_reading)
        {
            _reading = true;
            if (!_intake.BeginRest())
            {
                ReadAsync().PipeTo(_connection);
            }
        }
    }

    /// <summary>The rest that a fast peer had to wait for is over.</summary>
    public void OnRested() => ReadAsync().PipeTo(_connection);

    /// <summary>Sends what the application says, in its turn; false when too much waits already.</summary>
    public bool TrySend(ReadOnlyMemory<byte> frames, int messages)
    {
        var room = _queue.TryAdd(frames, messages);
        Write();
        return room;
    }

    /// <summary>Sends what the protocol itself says, in its turn.</summary>
    public void Say(Envelope frame)
    {
        _queue.AddControl(frame);
        Write();
    }

    /// <summary>Says this instead of all that waits.</summary>
    public void SayLast(Envelope frame)
    {
        _queue.Clear();
        Say(frame);
    }

    /// <summary>A write has ended: the next one begins. False if there is nothing left to write.</summary>
    public bool OnWrote()
    {
        _writing = false;
        _vitality.Wrote();
        Write();
        return _writing;
    }

    /// <summary>
    /// Takes the whole frames out of what has arrived. <paramref name="receive"/> is given the body of each, and how many bytes have arrived
    /// behind it, and says what follows;
    /// <paramref name="limit"/> is asked before each, because it grows with the handshake.
    /// </summary>
    public AfterFrame Take(Func<int> limit, Func<ReadOnlySequence<byte>, long, AfterFrame> receive)
    {
        _reading = false;
        var buffer = _arrived.Buffer;
        AfterFrame after = AfterFrame.GoOn.Instance;
        var (frames, before) = (0, Received);
        while (after is AfterFrame.GoOn)
        {
            var status = FrameCodec.TryRead(ref buffer, limit(), out var body);
            if (status == FrameStatus.Incomplete)
            {
                break;
            }

            after = status == FrameStatus.TooLarge ? new AfterFrame.SayGoodbye(Reason.FrameTooLarge) : Receive(body, buffer.Length, receive);
            frames++;
        }

        _intake.Took(frames, Received - before);
        _vitality.Received(isWithinFrame: after is AfterFrame.GoOn && !buffer.IsEmpty, isAnother: frames > 0);

        // A stream that ended within a frame: what is left will never be whole.
        _exhausted = _arrived.IsCompleted && after is AfterFrame.GoOn;

        // What is left of a pause counts as not looked at, so that the next read gives it at once.
        _reader.AdvanceTo(buffer.Start, after is AfterFrame.GoOn ? buffer.End : buffer.Start);
        return after;
    }

    /// <summary>Drops what has arrived, unread.</summary>
    public void Discard()
    {
        _reading = false;
        _reader.AdvanceTo(_arrived.Buffer.End);
        _exhausted = _arrived.IsCompleted;
    }

    private AfterFrame Receive(ReadOnlySequence<byte> body, long following, Func<ReadOnlySequence<byte>, long, AfterFrame> receive)
    {
        Received += FrameCodec.HeaderSize + body.Length;
        try
        {
            return receive(body, following);
        }
        catch (InvalidProtocolBufferException)
        {
            return new AfterFrame.SayGoodbye(Reason.ProtocolError);
        }
    }

    private void Write()
    {
        if (_writing || _queue.IsEmpty)
        {
            return;
        }

        _writing = true;
        _vitality.Writing();
        var (frames, size) = _queue.TakeBatch();
        WriteAsync(frames, size).PipeTo(_connection);
    }

    private async Task<object> ReadAsync()
    {
        if (_exhausted)
        {
            return Ended.Instance;
        }

        try
        {
            _arrived = await _reader.ReadAsync(_alive).ConfigureAwait(false);
            return _arrived is { IsCompleted: true, Buffer.IsEmpty: true } ? Ended.Instance : Arrived.Instance;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            return new Broke(LinkFailure.ReasonOf(e));
        }
    }

    private async Task<object> WriteAsync(List<Outbound> frames, int size)
    {
        // Rented while bytes move only: an idle connection holds no buffer. What is encoded already and goes alone needs none.
        var rented = frames is [{ Frame: null }] ? null : ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var bytes = rented is null ? frames[0].Encoded : rented.AsMemory(0, Encode(frames, rented));
            await _stream.WriteAsync(bytes, _alive).ConfigureAwait(false);
            Sent += bytes.Length;
            SentMessages += MessagesOf(frames);
            return Wrote.Instance;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            return new Broke(LinkFailure.ReasonOf(e));
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static int Encode(List<Outbound> frames, byte[] into)
    {
        var written = 0;
        foreach (var frame in frames)
        {
            written += frame.Write(into.AsSpan(written));
        }

        return written;
    }

    private static int MessagesOf(List<Outbound> frames)
    {
        var messages = 0;
        foreach (var frame in frames)
        {
            messages += frame.Messages;
        }

        return messages;
    }

    public sealed record Arrived : IDeadLetterSuppression
    {
        public static readonly Arrived Instance = new();
    }

    /// <summary>Nothing more comes.</summary>
    public interface IOver : IDeadLetterSuppression;

    /// <summary>The other side closed its end.</summary>
    public sealed record Ended : IOver
    {
        public static readonly Ended Instance = new();
    }

    public sealed record Wrote : IDeadLetterSuppression
    {
        public static readonly Wrote Instance = new();
    }

    public sealed record Broke(Reason Reason) : IOver;
}
