using System.IO.Pipelines;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Hostile;

/// <summary>One identity that speaks the protocol by hand, over real TLS. It answers pings, and notes what else it hears.</summary>
internal sealed class Attacker : IAsyncDisposable
{
    private static readonly NodeClock Clock = new(TimeProvider.System.GetUtcNow, () => TimeSpan.Zero);

    private readonly NodeIdentity _identity;
    private readonly TlsTransport _transport;
    private readonly IPeerLink _link;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _letIn = Heard(), _asked = Heard(), _answered = Heard(), _over = Heard();
    private readonly Task _reading;

    private Attacker(NodeIdentity identity, TlsTransport transport, IPeerLink link)
    {
        (_identity, _transport, _link) = (identity, transport, link);
        _reading = ReadAsync();
    }

    public NodeId Id => _identity.Id;

    /// <summary>Frames sent, those that answer pings left out.</summary>
    public int Sent { get; private set; }

    /// <summary>Records that the victim has told.</summary>
    public int Told { get; private set; }

    /// <summary>What the victim said when it had enough; null if it said nothing.</summary>
    public Reason? Goodbye { get; private set; }

    /// <summary>The victim has said hello: this one is a peer now.</summary>
    public bool IsLetIn => _letIn.Task.IsCompleted;

    /// <summary>The connection has ended.</summary>
    public bool IsOver => _over.Task.IsCompleted;

    /// <summary>Proves its key and says hello; <see cref="IsLetIn"/> says what came of it.</summary>
    /// <exception cref="TransportException">The victim took no connection, or no handshake.</exception>
    public static async Task<Attacker> KnockAsync(Field field, int n)
    {
        var identity = field.Identity(n);
        var transport = new TlsTransport(identity, Clock);
        using var patience = new CancellationTokenSource(Field.Patience);
        try
        {
            var attacker = new Attacker(identity, transport, await transport.DialAsync(field.Victim, null, patience.Token));
            await attacker.WriteAsync(Handshake.Hello(field.Network, "hostile", 0, null, default));
            await Task.WhenAny(attacker._letIn.Task, attacker._over.Task).WaitAsync(Field.Patience);
            return attacker;
        }
        catch
        {
            transport.Dispose();
            identity.Dispose();
            throw;
        }
    }

    /// <summary>The victim wants to know of peers.</summary>
    public Task AskedAsync() => Task.WhenAny(_asked.Task, _over.Task).WaitAsync(Field.Patience);

    /// <summary>Sends the frame, unless the victim has ended the connection.</summary>
    public async Task<bool> SayAsync(Envelope frame)
    {
        if (IsOver || !await WriteAsync(frame))
        {
            return false;
        }

        Sent++;
        return true;
    }

    /// <summary>Waits until the victim has taken all that was sent, or has ended the connection.</summary>
    public async Task SettleAsync()
    {
        await WriteAsync(new Envelope { Ping = new Ping { Nonce = 42 } });
        await Task.WhenAny(_answered.Task, _over.Task).WaitAsync(Field.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _link.DisposeAsync();
        await _reading;
        _transport.Dispose();
        _identity.Dispose();
        _writing.Dispose();
        _ending.Dispose();
    }

    private static TaskCompletionSource Heard() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<bool> WriteAsync(Envelope frame)
    {
        var bytes = new byte[FrameCodec.SizeOf(frame)];
        FrameCodec.Write(bytes, frame);
        await _writing.WaitAsync();
        try
        {
            await _link.Stream.WriteAsync(bytes, _ending.Token).AsTask().WaitAsync(Field.Patience);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        var reader = PipeReader.Create(_link.Stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            ReadResult read;
            do
            {
                read = await reader.ReadAsync(_ending.Token);
                var buffer = read.Buffer;
                while (FrameCodec.TryRead(ref buffer, int.MaxValue, out var body) == FrameStatus.Frame)
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

        _over.TrySetResult();
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
            case Envelope.MessageOneofCase.Pong when frame.Pong.Nonce == 42:
                _answered.TrySetResult();
                break;
            case Envelope.MessageOneofCase.GetPeers:
                _asked.TrySetResult();
                break;
            case Envelope.MessageOneofCase.Peers:
                Told += frame.Peers.Records.Count;
                break;
            case Envelope.MessageOneofCase.Goodbye:
                Goodbye = Reasons.FromWire(frame.Goodbye.Reason);
                break;
        }
    }
}
