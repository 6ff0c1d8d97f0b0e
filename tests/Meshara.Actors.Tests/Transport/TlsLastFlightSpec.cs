using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>How many packets a handshake takes: what a node says first comes with the end of it.</summary>
public sealed class TlsLastFlightSpec : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly byte[] Hello = "hello"u8.ToArray();

    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));
    private readonly NodeIdentity _node = Identities.Alice(), _stranger = Identities.Bob();
    private readonly TlsTransport _transport;

    public TlsLastFlightSpec() => _transport = new TlsTransport(_node, new NodeClock(() => Now, () => TimeSpan.Zero));

    private CancellationToken Soon => _patience.Token;

    [Fact]
    public async Task Who_dials_sends_two_packets_until_its_first_message_is_there()
    {
        using var certificate = IdentityCertificate.Create(_stranger, Now.AddHours(-1), Now.AddHours(1));
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var dialling = _transport.DialAsync(PeerAddress.Of((IPEndPoint)listener.LocalEndpoint), null, Soon);
        using var accepted = await listener.AcceptTcpClientAsync(Soon);
        await using var counted = new CountingStream(accepted.GetStream());
        await using var tls = new SslStream(counted);
        var serving = tls.AuthenticateAsServerAsync(TlsStranger.Server(certificate), Soon);

        await using var link = await dialling;
        await link.Stream.WriteAsync(Hello, Soon);
        await serving;
        await tls.ReadExactlyAsync(new byte[Hello.Length], Soon);

        counted.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task Who_is_dialled_sends_two_packets_until_its_answer_to_the_first_message_is_there()
    {
        using var certificate = IdentityCertificate.Create(_stranger, Now.AddHours(-1), Now.AddHours(1));
        using var listener = _transport.Listen(new(new IPEndPoint(IPAddress.Loopback, 0)));
        var accepting = listener.AcceptAsync(Soon);
        using var client = new TcpClient();
        await client.ConnectAsync(listener.LocalEndPoint, Soon);
        var securing = (await accepting).SecureAsync(Soon);
        await using var counted = new CountingStream(client.GetStream());
        await using var lastFlight = new LastFlightStream(counted);
        await using var tls = new SslStream(lastFlight);
        await tls.AuthenticateAsClientAsync(TlsStranger.Client(certificate), Soon);
        lastFlight.EndHandshake();
        await tls.WriteAsync(Hello, Soon);

        await using var link = await securing;
        await link.Stream.ReadExactlyAsync(new byte[Hello.Length], Soon);
        await link.Stream.WriteAsync(Hello, Soon);
        await tls.ReadExactlyAsync(new byte[Hello.Length], Soon);

        counted.Reads.ShouldBe(2);
    }

    public void Dispose()
    {
        _transport.Dispose();
        _node.Dispose();
        _stranger.Dispose();
        _patience.Dispose();
    }
}
