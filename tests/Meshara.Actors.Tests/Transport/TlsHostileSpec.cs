using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>Everybody who is no node, at either end: each gets one reason, in bounded time, and no other exception.</summary>
public sealed class TlsHostileSpec : TlsSpec
{

    public static TheoryData<string, byte[]> NotTls => new()
    {
        { "random bytes", [.. Enumerable.Range(0, 512).Select(i => (byte)((i * 167) + 13))] },
        { "an HTTP request", Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") },
        { "an SSH banner", Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.6\r\n") },
        { "zeros", new byte[512] },
        { "a TLS record that holds no handshake", [22, 3, 1, 0, 4, 255, 255, 255, 255] },
        { "an alert", [21, 3, 3, 0, 2, 2, 40] },
    };

    [Theory]
    [MemberData(nameof(NotTls))]
    public async Task Who_speaks_no_TLS_is_a_protocol_error_or_rejected(string what, byte[] bytes)
    {
        var served = await TlsStranger.AgainstServer(Transport, s => TlsStranger.Say(s, bytes), Soon);
        var dialled = await TlsStranger.AgainstClient(Transport, s => TlsStranger.Say(s, bytes), Soon);

        Reason[] expected = what == "an alert" ? [Reason.HandshakeRejected, Reason.ProtocolError] : [Reason.ProtocolError];
        expected.ShouldContain(ReasonOf(served), $"{what} from a client: {served}");
        expected.ShouldContain(ReasonOf(dialled), $"{what} from a server: {dialled}");
    }

    [Fact]
    public async Task Who_hangs_up_during_the_handshake_has_rejected_it()
    {
        ReasonOf(await TlsStranger.AgainstServer(Transport, HangUp, Soon)).ShouldBe(Reason.HandshakeRejected);
        ReasonOf(await TlsStranger.AgainstClient(Transport, HangUp, Soon)).ShouldBe(Reason.HandshakeRejected);
    }

    [Fact]
    public async Task Who_never_speaks_is_left_when_the_caller_gives_up()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Soon);
        var served = TlsStranger.AgainstServer(
            Transport,
            async s =>
            {
                await deadline.CancelAsync();
                (await s.ReadAsync(new byte[1], Soon)).ShouldBe(0, "the socket is closed, too");
            },
            deadline.Token);

        (await served).ShouldBeAssignableTo<OperationCanceledException>();
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_a_bad_certificate() => await ServerSees(Reason.BadCertificate);

    [Fact]
    public async Task A_certificate_without_the_extension_is_a_bad_certificate()
    {
        using var plain = Certificates.WithoutExtension(Now);
        await BothSee(Reason.BadCertificate, plain);
    }

    [Fact]
    public async Task A_forged_extension_is_a_bad_certificate()
    {
        using var forged = Certificates.Forged(Other, Identities.Carol(), Now);
        await BothSee(Reason.BadCertificate, forged);
    }

    [Fact]
    public async Task An_extension_copied_from_a_real_certificate_is_a_bad_certificate()
    {
        using var real = IdentityCertificate.Create(Other, Now.AddHours(-1), Now.AddHours(1));
        using var copied = Certificates.Stolen(real, Now);
        await BothSee(Reason.BadCertificate, copied);
    }

    [Fact]
    public async Task An_expired_certificate_is_a_bad_certificate()
    {
        using var expired = IdentityCertificate.Create(Other, Now.AddDays(-2), Now.AddDays(-1));
        await BothSee(Reason.BadCertificate, expired);
    }

    [Fact]
    public async Task A_certificate_of_tomorrow_is_a_bad_certificate()
    {
        using var early = IdentityCertificate.Create(Other, Now.AddDays(1), Now.AddDays(2));
        await BothSee(Reason.BadCertificate, early);
    }

    [Fact]
    public async Task A_second_certificate_is_a_bad_certificate()
    {
        // .NET sends what leads to a root, without the root. All over one key, so that the leaf is signed by itself and by the other.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Certificates.WithoutExtension(Now);
        using var more = Certificates.IssuedInNameBy(root, key, Other, Now);
        using var real = Certificates.IssuedInNameBy(more, key, Other, Now);
        IdentityCertificate.TryVerify(real, Now, out _, out _).ShouldBeTrue("by itself it is a good one");
        TlsStranger.Client(real, more).ClientCertificateContext!.IntermediateCertificates.Count.ShouldBe(1);

        await BothSee(Reason.BadCertificate, real, more);
    }

    [Fact]
    public async Task A_second_certificate_that_did_not_sign_the_first_is_a_bad_certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Certificates.WithoutExtension(Now);
        using var more = Certificates.IssuedInNameBy(root, other, Other, Now);
        using var real = Certificates.IssuedInNameBy(more, key, Other, Now);

        await BothSee(Reason.BadCertificate, real, more);
    }

    [Fact]
    public async Task Another_application_protocol_is_an_alpn_mismatch()
    {
        using var real = IdentityCertificate.Create(Other, Now.AddHours(-1), Now.AddHours(1));
        var client = TlsStranger.Client(real);
        client.ApplicationProtocols = [new("h2"), new("http/1.1")];
        var server = TlsStranger.Server(real);
        server.ApplicationProtocols = [new("h2")];

        ReasonOf(await TlsStranger.AgainstServer(Transport, s => TlsStranger.Speak(s, client), Soon)).ShouldBe(Reason.AlpnMismatch);
        ReasonOf(await TlsStranger.AgainstClient(Transport, s => TlsStranger.Speak(s, server), Soon)).ShouldBe(Reason.AlpnMismatch);
    }

    [Fact]
    public async Task No_application_protocol_is_an_alpn_mismatch()
    {
        using var real = IdentityCertificate.Create(Other, Now.AddHours(-1), Now.AddHours(1));
        var client = TlsStranger.Client(real);
        client.ApplicationProtocols = null;
        var server = TlsStranger.Server(real);
        server.ApplicationProtocols = null;

        ReasonOf(await TlsStranger.AgainstServer(Transport, s => TlsStranger.Speak(s, client), Soon)).ShouldBe(Reason.AlpnMismatch);
        ReasonOf(await TlsStranger.AgainstClient(Transport, s => TlsStranger.Speak(s, server), Soon)).ShouldBe(Reason.AlpnMismatch);
    }

    [Fact]
    public async Task TLS_1_2_is_a_protocol_error()
    {
        using var real = IdentityCertificate.Create(Other, Now.AddHours(-1), Now.AddHours(1));
        var client = TlsStranger.Client(real);
        var server = TlsStranger.Server(real);
#pragma warning disable CA5398 // An old version of TLS is the point.
        client.EnabledSslProtocols = server.EnabledSslProtocols = SslProtocols.Tls12;
#pragma warning restore CA5398

        ReasonOf(await TlsStranger.AgainstServer(Transport, s => TlsStranger.Speak(s, client), Soon)).ShouldBe(Reason.ProtocolError);
        ReasonOf(await TlsStranger.AgainstClient(Transport, s => TlsStranger.Speak(s, server), Soon)).ShouldBe(Reason.ProtocolError);
    }

    [Fact]
    public async Task A_dialler_that_the_server_does_not_accept_learns_it_from_its_first_read()
    {
        using var real = IdentityCertificate.Create(Other, Now.AddHours(-1), Now.AddHours(1));
        var server = TlsStranger.Server(real);
        server.RemoteCertificateValidationCallback = (_, _, _, _) => false;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var serving = Record.ExceptionAsync(async () =>
        {
            await using var tls = new SslStream(new NetworkStream(await listener.AcceptAsync(Soon), ownsSocket: true));
            await tls.AuthenticateAsServerAsync(server, Soon);
        });

        // TLS 1.3: the dial has succeeded before the server has judged.
        await using var link = await Transport.DialAsync(PeerAddress.Of((IPEndPoint)listener.LocalEndPoint!), Other.Id, Soon);
        await link.Stream.FlushAsync(Soon);
        (await serving).ShouldBeOfType<AuthenticationException>();
        var read = 0;
        var failure = await Record.ExceptionAsync(async () => read = await link.Stream.ReadAsync(new byte[1], Soon));

        read.ShouldBe(0);
        if (failure is not null)
        {
            new[] { Reason.HandshakeRejected, Reason.ConnectionLost }.ShouldContain(LinkFailure.ReasonOf(failure));
        }
    }

    [Fact]
    public async Task Three_hundred_silent_sockets_leave_the_node_serving()
    {
        using var listener = Transport.Listen(new(new IPEndPoint(IPAddress.Loopback, 0)));
        using var silent = new DisposableBag();
        for (var i = 0; i < 300; i++)
        {
            var socket = silent.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            await socket.ConnectAsync(listener.LocalEndPoint, Soon);
            silent.Add(await listener.AcceptAsync(Soon));
        }

        using var friend = TransportOf(Other);
        var serving = Task.Run(async () => await (await listener.AcceptAsync(Soon)).SecureAsync(Soon));
        await using var dialled = await friend.DialAsync(PeerAddress.Of(listener.LocalEndPoint), Node.Id, Soon);
        await dialled.Stream.FlushAsync(Soon);
        await using var accepted = await serving;

        accepted.RemoteKey.ShouldBe(Other.PublicKey);
    }

    private static Task HangUp(NetworkStream stream)
    {
        stream.Dispose();
        return Task.CompletedTask;
    }

    private static Reason ReasonOf(Exception? failure)
    {
        var transport = failure.ShouldBeOfType<TransportException>();
        transport.Message.ShouldNotContain('\n');
        transport.Message.Length.ShouldBeLessThan(200);
        return transport.Reason;
    }

    private async Task ServerSees(Reason reason, params X509Certificate2[] chain) =>
        ReasonOf(await TlsStranger.AgainstServer(Transport, s => TlsStranger.Speak(s, TlsStranger.Client(chain)), Soon)).ShouldBe(reason);

    private async Task BothSee(Reason reason, params X509Certificate2[] chain)
    {
        await ServerSees(reason, chain);
        ReasonOf(await TlsStranger.AgainstClient(Transport, s => TlsStranger.Speak(s, TlsStranger.Server(chain)), Soon)).ShouldBe(reason);
    }
}
