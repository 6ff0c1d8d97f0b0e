using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>With which cipher suite two ends speak.</summary>
public sealed class TlsSuiteSpec : TlsSpec
{
    private readonly TlsTransport _dialler;

    public TlsSuiteSpec() => _dialler = TransportOf(Other);

    [Fact]
    public async Task Two_nodes_speak_with_the_suite_that_everybody_has()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // It chooses by itself.
        }

        using var listener = Transport.Listen(new(new IPEndPoint(IPAddress.Loopback, 0)));
        var accepting = listener.AcceptAsync(Soon);
        var dialling = _dialler.DialAsync(PeerAddress.Of(listener.LocalEndPoint), null, Soon);
        var securing = (await accepting).SecureAsync(Soon);
        await using var dialled = await dialling;
        await dialled.Stream.FlushAsync(Soon);
        await using var accepted = await securing;

        SuiteOf(accepted.Stream).ShouldBe(TlsCipherSuite.TLS_AES_128_GCM_SHA256);
        SuiteOf(dialled.Stream).ShouldBe(TlsCipherSuite.TLS_AES_128_GCM_SHA256);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384)]
    [InlineData(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    public async Task A_peer_that_wants_another_one_has_it(TlsCipherSuite suite)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // It chooses by itself.
        }

        using var certificate = IdentityCertificate.Create(Other, Now.AddHours(-1), Now.AddHours(1));
        var options = TlsStranger.Client(certificate);
        options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
        using var listener = Transport.Listen(new(new IPEndPoint(IPAddress.Loopback, 0)));
        var accepting = listener.AcceptAsync(Soon);
        using var client = new TcpClient();
        await client.ConnectAsync(listener.LocalEndPoint, Soon);
        var securing = (await accepting).SecureAsync(Soon);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(options, Soon);
        await using var link = await securing;

        tls.NegotiatedCipherSuite.ShouldBe(suite);
        link.RemoteKey.ShouldBe(Other.PublicKey);
    }

    public override void Dispose()
    {
        _dialler.Dispose();
        base.Dispose();
    }

    private static TlsCipherSuite SuiteOf(Stream stream) => stream.ShouldBeOfType<SslStream>().NegotiatedCipherSuite;
}
