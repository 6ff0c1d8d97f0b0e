using System.Buffers;
using System.IO.Pipelines;
using Akka.Actor;
using Akka.Event;
using Google.Protobuf;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers.Messages;
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
    private readonly Intake _intake;
    private readonly Vitality _vitality;
    private readonly IActorRef _connection;
    private readonly CancellationToken _alive;
    private readonly PipeReader _reader;
    private readonly LinkWriter _writer;
    private ReadResult _arrived;
    private bool _exhausted;
    private bool _reading;

    /// <param name="limits">What may wait to be written.</param>
    /// <param name="intake">Says when more may be read.</param>
    /// <param name="vitality">Knows of writes and frames that do not end.</param>
    /// <param name="connection">Told <see cref="ToSend"/>, <see cref="Arrived"/>, <see cref="Wrote"/>, <see cref="Ended"/>, <see cref="Broke"/> and <see cref="Faulted"/>.</param>
    /// <param name="alive">Cancelled when the connection has stopped.</param>
    public Link(IPeerLink link, ConnectionSettings limits, Intake intake, Vitality vitality, IActorRef connection, CancellationToken alive)
    {
        (_intake, _vitality, _connection, _alive) = (intake, vitality, connection, alive);
        Outbox = new Outbox(limits, wake: () => connection.Tell(ToSend.Instance));
        _writer = new LinkWriter(link.Stream, Outbox, vitality, connection, alive);

        // Without anything to read a connection holds no buffer.
        _reader = PipeReader.Create(
            link.Stream, new StreamPipeReaderOptions(ReadBuffers.All, ReadBuffers.Size, leaveOpen: true, useZeroByteReads: true));
    }

    /// <summary>What waits to be written.</summary>
    public Outbox Outbox { get; }

    /// <summary>Bytes received, headers included.</summary>
    public long Received { get; private set; }

    /// <inheritdoc cref="LinkWriter.Sent"/>
    public long Sent => _writer.Sent;

    /// <inheritdoc cref="LinkWriter.SentMessages"/>
    public long SentMessages => _writer.SentMessages;

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
                _ = ReadAsync();
            }
        }
    }

    /// <summary>The rest that a fast peer had to wait for is over.</summary>
    public void OnRested() => _ = ReadAsync();

    /// <summary>The application has sent something.</summary>
    public void OnToSend() => _writer.Write();

    /// <inheritdoc cref="LinkWriter.Say"/>
    public void Say(Envelope frame) => _writer.Say(frame);

    /// <inheritdoc cref="LinkWriter.SayLast"/>
    public bool SayLast(Envelope frame) => _writer.SayLast(frame);

    /// <inheritdoc cref="LinkWriter.Flush"/>
    public bool Flush() => _writer.Flush();

    /// <inheritdoc cref="LinkWriter.OnWrote"/>
    public bool OnWrote() => _writer.OnWrote();

    /// <inheritdoc cref="LinkWriter.Trim"/>
    public void Trim() => _writer.Trim();

    /// <summary>Gives <paramref name="receiver"/> the whole frames of what has arrived, until it says that something else follows.</summary>
    public AfterFrame Take(IFrameReceiver receiver)
    {
        _reading = false;
        var buffer = _arrived.Buffer;
        AfterFrame after = AfterFrame.GoOn.Instance;
        var (frames, before) = (0, Received);
        while (after is AfterFrame.GoOn)
        {
            frames += TakeMessages(ref buffer, receiver);
            var status = FrameCodec.TryRead(ref buffer, receiver.FrameLimit, out var body);
            if (status == FrameStatus.Incomplete)
            {
                break;
            }

            after = status == FrameStatus.TooLarge ? new AfterFrame.SayGoodbye(Reason.FrameTooLarge) : TakeFrame(body, receiver);
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

    private int TakeMessages(ref ReadOnlySequence<byte> buffer, IFrameReceiver receiver)
    {
        var frames = buffer.FirstSpan;
        var before = frames.Length;
        var messages = receiver.TakeMessages(ref frames);
        if (messages > 0)
        {
            Received += before - frames.Length;
            buffer = buffer.Slice(before - frames.Length);
        }

        return messages;
    }

    private AfterFrame TakeFrame(ReadOnlySequence<byte> body, IFrameReceiver receiver)
    {
        Received += FrameCodec.HeaderSize + body.Length;
        try
        {
            return receiver.TakeFrame(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return new AfterFrame.SayGoodbye(Reason.ProtocolError);
        }
    }

    private async Task ReadAsync()
    {
        object outcome = Ended.Instance;
        try
        {
            if (!_exhausted)
            {
                _arrived = await _reader.ReadAsync(_alive).ConfigureAwait(false);
                outcome = _arrived is { IsCompleted: true, Buffer.IsEmpty: true } ? Ended.Instance : Arrived.Instance;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            outcome = new Broke(LinkFailure.ReasonOf(e));
        }
        catch (Exception e)
        {
            outcome = new Faulted(e);
        }

        if (outcome is not Arrived)
        {
            // The last buffer goes back.
            await _reader.CompleteAsync().ConfigureAwait(false);
        }

        _connection.Tell(outcome);
    }

    /// <summary>Something has come into the outbox.</summary>
    public sealed record ToSend : IDeadLetterSuppression
    {
        public static readonly ToSend Instance = new();
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

    /// <summary>That should not have happened: a bug, which ends the actor as one of its own would.</summary>
    public sealed record Faulted(Exception Bug) : IOver;
}
