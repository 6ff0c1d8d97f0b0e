using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>How many packets a handshake takes: what a node says first comes with the end of it.</summary>
public sealed class TlsLastFlightSpec : TlsSpec
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Fact]
    public async Task Who_dials_sends_two_packets_until_its_first_message_is_there()
    {
        using var certificate = IdentityCertificate.Create(Other, Now.AddHours(-1), Now.AddHours(1));
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var dialling = Transport.DialAsync(PeerAddress.Of((IPEndPoint)listener.LocalEndpoint), null, Soon);
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
        using var certificate = IdentityCertificate.Create(Other, Now.AddHours(-1), Now.AddHours(1));
        using var listener = Transport.Listen(new(new IPEndPoint(IPAddress.Loopback, 0)));
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
}
