using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Wire;

namespace Meshara.Hostile.Load;

/// <summary>What a hostile socket does once it is connected.</summary>
/// <param name="RunAsync">Ends when the victim has ended the connection, or there is nothing more to do.</param>
internal sealed record Behaviour(string Name, string What, Func<Socket, CancellationToken, Task> RunAsync)
{
    /// <summary>Identities that take turns: to make one costs the attacker more than the victim.</summary>
    private const int Identities = 64;

    private static readonly Lazy<byte[]> ClientHello = new(Record);

    private static readonly Lazy<IReadOnlyList<TlsTransport>> Transports = new(() =>
        [.. Enumerable.Range(0, Identities).Select(n => new TlsTransport(Identity(n), new NodeClock(TimeProvider.System.GetUtcNow, () => TimeSpan.Zero)))]);

    private static int _turn;

    public static IReadOnlyList<Behaviour> All { get; } =
    [
        new("silent", "says nothing", UntilClosedAsync),
        new("slow", "sends the first message of TLS a byte a second", async (socket, over) =>
        {
            var closed = UntilClosedAsync(socket, over);
            for (var at = 0; !closed.IsCompleted && at < ClientHello.Value.Length; at++)
            {
                await socket.SendAsync(ClientHello.Value.AsMemory(at, 1), over);
                await Task.WhenAny(closed, Task.Delay(TimeSpan.FromSeconds(1), over));
            }
        }),
        new("garbage", "sends 4 KiB of noise", async (socket, over) =>
        {
            var noise = new byte[4096];
            new Random(Interlocked.Increment(ref _turn)).NextBytes(noise);
            await socket.SendAsync(noise, over);
            await UntilClosedAsync(socket, over);
        }),
        new("half-open", "begins TLS, has the victim sign, and says nothing more", async (socket, over) =>
        {
            await socket.SendAsync(ClientHello.Value, over);
            await UntilClosedAsync(socket, over);
        }),
        new("hello-flood", "begins TLS, has the victim sign, and comes again", async (socket, over) =>
        {
            await socket.SendAsync(ClientHello.Value, over);
            await socket.ReceiveAsync(new byte[1], over);
        }),
        new("handshakes", "proves a key, says hello, leaves without a word and comes again", async (socket, over) =>
        {
            var transport = Transports.Value[Interlocked.Increment(ref _turn) % Identities];
            await using var link = await transport.SecureAsync(socket, null, server: false, over);
            var hello = Handshake.Hello("meshara", "hostile", 0, null, default);
            var frame = new byte[FrameCodec.SizeOf(hello)];
            FrameCodec.Write(frame, hello);
            await link.Stream.WriteAsync(frame, over);
            await link.Stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, over);
        }),
    ];

    private static NodeIdentity Identity(int n)
    {
        var seed = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(seed, 0x0bad0000 + n);
        return NodeIdentity.FromSeed(seed);
    }

    private static async Task UntilClosedAsync(Socket socket, CancellationToken over)
    {
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, over) > 0)
        {
            // What the victim says is of no interest.
        }
    }

    /// <summary>The first message of a TLS 1.3 client, as this machine's own TLS makes it. It costs nothing to send it again and again.</summary>
    private static byte[] Record()
    {
        using var tape = new MemoryStream();
        using var tls = new SslStream(new Tape(tape), leaveInnerStreamOpen: false);
        try
        {
            tls.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = "", EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13, ApplicationProtocols = [new SslApplicationProtocol("meshara/1")],
            });
        }
        catch (IOException)
        {
            // Nobody answers a tape.
        }

        return tape.ToArray();
    }

    private sealed class Tape(MemoryStream tape) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => tape.Length;

        public override long Position { get => tape.Position; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => tape.Write(buffer, offset, count);
    }
}
