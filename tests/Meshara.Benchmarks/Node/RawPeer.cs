using System.Buffers.Binary;
using Akka.Actor;
using Google.Protobuf;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Benchmarks.Node;

/// <summary>The other end of a connection to a node, and nothing more: it says hello, answers pings and counts what it is sent.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly NodeIdentity _identity;
    private readonly TlsTransport _transport;
    private readonly IPeerLink _link;
    private readonly SemaphoreSlim _writing = new(1);
    private Task _reading = Task.CompletedTask;
    private long _received;

    private RawPeer(NodeIdentity identity, TlsTransport transport, IPeerLink link) => (_identity, _transport, _link) = (identity, transport, link);

    public NodeId Id => _identity.Id;

    /// <summary>Messages of the application received.</summary>
    public long Received => Volatile.Read(ref _received);

    public static async Task<RawPeer> DialAsync(PeerAddress node, NodeClock clock)
    {
        var identity = NodeIdentity.Create();
        var transport = new TlsTransport(identity, clock);
        var peer = new RawPeer(identity, transport, await transport.DialAsync(node, null, CancellationToken.None));
        await peer.SayAsync(Handshake.Hello("meshara", "bench/1", 0, null, ReadOnlyMemory<byte>.Empty));
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        peer._reading = peer.ReadAsync(met);
        await met.Task.WaitAsync(TimeSpan.FromMinutes(1));
        return peer;
    }

    /// <summary>A frame with a message of the application.</summary>
    public static byte[] Frame(string channel, int size)
    {
        var message = new Envelope { Data = new Data { Channel = channel, Payload = ByteString.CopyFrom(new byte[size]) } };
        var frame = new byte[FrameCodec.SizeOf(message)];
        FrameCodec.Write(frame, message);
        return frame;
    }

    /// <summary>Writes frames that are encoded already.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> frames)
    {
        await _writing.WaitAsync();
        try
        {
            await _link.Stream.WriteAsync(frames);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await _reading;
        _transport.Dispose();
        _identity.Dispose();
        _writing.Dispose();
    }

    private Task SayAsync(Envelope message)
    {
        var frame = new byte[FrameCodec.SizeOf(message)];
        FrameCodec.Write(frame, message);
        return WriteAsync(frame);
    }

    private async Task ReadAsync(TaskCompletionSource met)
    {
        var buffer = new byte[16 * 1024];
        var have = 0;
        try
        {
            while (true)
            {
                _ = await _link.Stream.ReadAsync(Memory<byte>.Empty);
                var got = await _link.Stream.ReadAsync(buffer.AsMemory(have));
                if (got == 0)
                {
                    met.TrySetException(new IOException("The node closed the connection."));
                    return;
                }

                have += got;
                var at = 0;
                while (have - at >= FrameCodec.HeaderSize
                    && BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at)) is var length && have - at - FrameCodec.HeaderSize >= length)
                {
                    await OnFrameAsync(buffer.AsMemory(at + FrameCodec.HeaderSize, length), met);
                    at += FrameCodec.HeaderSize + length;
                }

                buffer.AsSpan(at, have - at).CopyTo(buffer);
                have -= at;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            met.TrySetException(e);
        }
    }

    private ValueTask OnFrameAsync(ReadOnlyMemory<byte> frame, TaskCompletionSource met)
    {
        // What is not of the application is little: only that is parsed, so that nothing is allocated for what is.
        if (frame.Span[0] == ((Envelope.DataFieldNumber << 3) | 2))
        {
            Interlocked.Increment(ref _received);
            return ValueTask.CompletedTask;
        }

        var message = Envelope.Parser.ParseFrom(frame.Span);
        met.TrySetResult();
        return message.MessageCase == Envelope.MessageOneofCase.Ping
            ? new ValueTask(SayAsync(new Envelope { Pong = new Pong { Nonce = message.Ping.Nonce } }))
            : ValueTask.CompletedTask;
    }
}
