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

/// <summary>With which cipher suite two ends speak.</summary>
public sealed class TlsSuiteSpec : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));
    private readonly NodeIdentity _node = Identities.Alice(), _other = Identities.Bob();
    private readonly TlsTransport _transport, _dialler;

    public TlsSuiteSpec()
    {
        var clock = new NodeClock(() => Now, () => TimeSpan.Zero);
        (_transport, _dialler) = (new TlsTransport(_node, clock), new TlsTransport(_other, clock));
    }

    private CancellationToken Soon => _patience.Token;

    [Fact]
    public async Task Two_nodes_speak_with_the_suite_that_everybody_has()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // It chooses by itself.
        }

        using var listener = _transport.Listen(new(new IPEndPoint(IPAddress.Loopback, 0)));
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

        using var certificate = IdentityCertificate.Create(_other, Now.AddHours(-1), Now.AddHours(1));
        var options = TlsStranger.Client(certificate);
        options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
        using var listener = _transport.Listen(new(new IPEndPoint(IPAddress.Loopback, 0)));
        var accepting = listener.AcceptAsync(Soon);
        using var client = new TcpClient();
        await client.ConnectAsync(listener.LocalEndPoint, Soon);
        var securing = (await accepting).SecureAsync(Soon);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(options, Soon);
        await using var link = await securing;

        tls.NegotiatedCipherSuite.ShouldBe(suite);
        link.RemoteKey.ShouldBe(_other.PublicKey);
    }

    public void Dispose()
    {
        _transport.Dispose();
        _dialler.Dispose();
        _node.Dispose();
        _other.Dispose();
        _patience.Dispose();
    }

    private static TlsCipherSuite SuiteOf(Stream stream) => stream.ShouldBeOfType<SslStream>().NegotiatedCipherSuite;
}
