using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;

namespace Meshara.Actors.Tests.Peers;

/// <summary>The other end of a connection, played by the test frame by frame. Nothing here waits.</summary>
internal sealed class FarEnd(IPeerLink link)
{
    private readonly PipeReader _reader = PipeReader.Create(link.Stream, new StreamPipeReaderOptions(leaveOpen: true));
    private ReadOnlySequence<byte> _buffer;
    private bool _held;

    public bool IsClosed { get; private set; }

    public PublicKey RemoteKey => link.RemoteKey;

    public static Envelope HelloOf(NodeIdentity identity, string network = "meshara", int port = 7373) =>
        Handshake.Hello(network, "test", port, null, new PeerRecord(identity.PublicKey, 1, [PeerAddress.Parse("10.0.0.9:1")], []).Sign(identity));

    public void Say(params Envelope[] frames)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var frame in frames)
        {
            var into = bytes.GetSpan(FrameCodec.SizeOf(frame));
            bytes.Advance(FrameCodec.Write(into, frame));
        }

        SayBytes(bytes.WrittenSpan.ToArray());
    }

    public void SayLength(uint length)
    {
        var header = new byte[FrameCodec.HeaderSize];
        BinaryPrimitives.WriteUInt32BigEndian(header, length);
        SayBytes(header);
    }

    /// <summary>What does not fit into the connection at once is an error of the test.</summary>
    public void SayBytes(byte[] bytes) => Write(bytes).IsCompletedSuccessfully.ShouldBeTrue();

    public Task Write(byte[] bytes) => link.Stream.WriteAsync(bytes).AsTask();

    /// <summary>The next frame; null if none is there.</summary>
    public Envelope? TryHear()
    {
        while (true)
        {
            if (_held && FrameCodec.TryRead(ref _buffer, int.MaxValue, out var body) == FrameStatus.Frame)
            {
                return Envelope.Parser.ParseFrom(body);
            }

            if (!ReadMore())
            {
                return null;
            }
        }
    }

    public Envelope Hear() => TryHear().ShouldNotBeNull("nothing was said");

    public T Hear<T>()
        where T : class, IMessage => Message(Hear()).ShouldBeOfType<T>();

    /// <summary>Hears until there is one of that kind.</summary>
    public T HearNext<T>()
        where T : class, IMessage
    {
        while (true)
        {
            if (Message(Hear()) is T wanted)
            {
                return wanted;
            }
        }
    }

    public Reason HearGoodbye() => Reasons.FromWire(HearNext<Goodbye>().Reason);

    public void HearNothing() => TryHear().ShouldBeNull();

    public void Close() => link.Stream.Dispose();

    private static object? Message(Envelope frame) => frame.MessageCase switch
    {
        Envelope.MessageOneofCase.Hello => frame.Hello,
        Envelope.MessageOneofCase.Ping => frame.Ping,
        Envelope.MessageOneofCase.Pong => frame.Pong,
        Envelope.MessageOneofCase.Data => frame.Data,
        Envelope.MessageOneofCase.GetPeers => frame.GetPeers,
        Envelope.MessageOneofCase.Peers => frame.Peers,
        Envelope.MessageOneofCase.Goodbye => frame.Goodbye,
        Envelope.MessageOneofCase.CheckReach => frame.CheckReach,
        Envelope.MessageOneofCase.ReachChecked => frame.ReachChecked,
        _ => null,
    };

    private bool ReadMore()
    {
        if (_held)
        {
            _reader.AdvanceTo(_buffer.Start, _buffer.End);
            _held = false;
        }

        // A read that waits would have to be asked for its outcome later: it is called off instead.
        var reading = _reader.ReadAsync().AsTask();
        if (!reading.IsCompleted)
        {
            _reader.CancelPendingRead();
        }

        if (reading.IsFaulted)
        {
            IsClosed = true;
            return false;
        }

        var read = reading.GetAwaiter().GetResult();
        (_buffer, _held) = (read.Buffer, true);
        IsClosed |= read.IsCompleted;
        return !read.IsCanceled && !read.IsCompleted;
    }
}
