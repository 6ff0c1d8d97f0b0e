using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Page.Tests.World;

/// <summary>A peer that costs little: it says hello, answers pings, and may send something.</summary>
internal sealed class LightPeer : IAsyncDisposable
{
    private readonly IPeerLink _link;
    private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _writing = new(1);

    private LightPeer(IPeerLink link, NodeIdentity identity) => (_link, Identity) = (link, identity);

    public NodeIdentity Identity { get; }

    public NodeId Id => Identity.Id;

    /// <summary>Dials a node and is let in.</summary>
    public static async Task<LightPeer> JoinAsync(InMemoryNetwork network, NodeIdentity identity, IPAddress from, PeerAddress to, string agent)
    {
        var peer = new LightPeer(await network.TransportOf(identity, from).DialAsync(to, null, default), identity);
        var record = new PeerRecord(identity.PublicKey, 1, [PeerAddress.Of(from, 7373)], []).Sign(identity);
        _ = peer.ListenAsync();
        await peer.SayAsync(Handshake.Hello("meshara", agent, 7373, null, record));
        await peer._admitted.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return peer;
    }

    /// <summary>Sends that many bytes, in messages of a KiB.</summary>
    public async Task SendAsync(int kibibytes)
    {
        var frame = new byte[DataFrame.SizeOf(4, 1024)];
        DataFrame.Write(frame, "test"u8, new byte[1024]);
        for (var i = 0; i < kibibytes; i++)
        {
            await WriteAsync(frame);
        }
    }

    /// <summary>Vanishes.</summary>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private async Task ListenAsync()
    {
        var reader = PipeReader.Create(_link.Stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                var buffer = read.Buffer;
                while (FrameCodec.TryRead(ref buffer, int.MaxValue, out var body) == FrameStatus.Frame)
                {
                    var envelope = Envelope.Parser.ParseFrom(body);
                    _admitted.TrySetResult();
                    if (envelope.Ping is { } ping)
                    {
                        await SayAsync(new Envelope { Pong = new Pong { Nonce = ping.Nonce } });
                    }
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has vanished, or was told to go.
        }
        finally
        {
            _admitted.TrySetException(new IOException("The node closed the connection."));
            _ = _admitted.Task.Exception;
        }
    }

    private Task SayAsync(Envelope envelope)
    {
        var bytes = new byte[FrameCodec.SizeOf(envelope)];
        FrameCodec.Write(bytes, envelope);
        return WriteAsync(bytes);
    }

    private async Task WriteAsync(byte[] bytes)
    {
        await _writing.WaitAsync();
        try
        {
            await _link.Stream.WriteAsync(bytes);
        }
        finally
        {
            _writing.Release();
        }
    }
}
