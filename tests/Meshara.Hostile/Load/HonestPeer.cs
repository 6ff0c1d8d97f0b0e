using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Wire;

namespace Meshara.Hostile.Load;

/// <summary>A peer that keeps to the protocol: it proves its key, says hello, answers pings and sends some.</summary>
internal sealed class HonestPeer : IAsyncDisposable
{
    private static readonly NodeClock Clock = new(TimeProvider.System.GetUtcNow, () => TimeSpan.Zero);

    private readonly NodeIdentity _identity;
    private readonly TlsTransport _transport;
    private readonly IPeerLink _link;
    private readonly Samples _samples;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<ulong, long> _pings = new();
    private readonly TaskCompletionSource _letIn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private ulong _nonce;

    private HonestPeer(NodeIdentity identity, TlsTransport transport, IPeerLink link, Samples samples)
    {
        (_identity, _transport, _link, _samples) = (identity, transport, link, samples);
        _reading = ReadAsync();
    }

    public bool IsOver => _reading.IsCompleted;

    public bool HasUnanswered => !_pings.IsEmpty;

    /// <summary>Dials from that host, and waits until it is let in.</summary>
    /// <exception cref="TransportException">It is not.</exception>
    public static async Task<HonestPeer> ConnectAsync(IPEndPoint node, IPAddress from, int n, Samples samples, CancellationToken patience)
    {
        var seed = new byte[32];
        BitConverter.TryWriteBytes(seed, n + 1);
        var identity = NodeIdentity.FromSeed(seed);
        var transport = new TlsTransport(identity, Clock);
        try
        {
            var socket = await Sockets.ConnectAsync(node, from, patience);
            var peer = new HonestPeer(identity, transport, await transport.SecureAsync(socket, null, server: false, patience), samples);
            await peer.WriteAsync(Handshake.Hello("meshara", "honest", 0, null, default));
            await Task.WhenAny(peer._letIn.Task, peer._reading).WaitAsync(patience);
            return peer._letIn.Task.IsCompleted ? peer : throw new TransportException(Core.Peers.Reason.HandshakeRejected, "It was not let in.");
        }
        catch
        {
            transport.Dispose();
            identity.Dispose();
            throw;
        }
    }

    /// <summary>Sends one; the sample comes with its answer.</summary>
    public async Task PingAsync()
    {
        var nonce = ++_nonce;
        _pings[nonce] = Stopwatch.GetTimestamp();
        await WriteAsync(new Envelope { Ping = new Ping { Nonce = nonce } });
    }

    /// <summary>Pings that wait for their answer, and have for so long; they are forgotten.</summary>
    public int TakeUnanswered(TimeSpan olderThan)
    {
        var lost = _pings.Where(p => Stopwatch.GetElapsedTime(p.Value) >= olderThan).ToList();
        return lost.Count(p => _pings.TryRemove(p.Key, out _));
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _link.DisposeAsync();
        await _reading;
        _transport.Dispose();
        _identity.Dispose();
    }

    private async Task WriteAsync(Envelope frame)
    {
        var bytes = new byte[FrameCodec.SizeOf(frame)];
        FrameCodec.Write(bytes, frame);
        await _writing.WaitAsync();
        try
        {
            await _link.Stream.WriteAsync(bytes, _ending.Token);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // What was not sent is never answered, and counts as lost.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        var reader = PipeReader.Create(_link.Stream, new StreamPipeReaderOptions(leaveOpen: true, bufferSize: 512));
        try
        {
            ReadResult read;
            do
            {
                read = await reader.ReadAsync(_ending.Token);
                var buffer = read.Buffer;
                while (FrameCodec.TryRead(ref buffer, 1024 * 1024, out var body) == FrameStatus.Frame)
                {
                    await HearAsync(Envelope.Parser.ParseFrom(body));
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
            while (!read.IsCompleted);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It is over all the same.
        }
    }

    private async Task HearAsync(Envelope frame)
    {
        switch (frame.MessageCase)
        {
            case Envelope.MessageOneofCase.Hello:
                _letIn.TrySetResult();
                break;
            case Envelope.MessageOneofCase.Ping:
                await WriteAsync(new Envelope { Pong = new Pong { Nonce = frame.Ping.Nonce } });
                break;
            case Envelope.MessageOneofCase.Pong when _pings.TryRemove(frame.Pong.Nonce, out var sent):
                _samples.Add(Stopwatch.GetElapsedTime(sent));
                break;
        }
    }
}
