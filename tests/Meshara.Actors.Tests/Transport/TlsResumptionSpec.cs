using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Meshara.Core.Identity;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>Each connection proves possession of the key afresh.</summary>
public sealed class TlsResumptionSpec : TlsSpec
{
    [Fact]
    public async Task No_session_is_resumed()
    {
        using var real = IdentityCertificate.Create(Other, Now.AddHours(-1), Now.AddHours(1));
        var client = TlsStranger.Client(real);
        client.TargetHost = "node";

        var (first, again) = await TwoHandshakes(client, async socket => await Transport.SecureAsync(socket, null, server: true, Soon));
        Math.Abs(again - first).ShouldBeLessThan(16, "the second brings the certificate again; its signature varies by a few bytes");

        // The same client does resume where it may: the test would else show nothing.
        using var other = IdentityCertificate.Create(Node, Now.AddHours(-1), Now.AddHours(1));
        var server = TlsStranger.Server(other);
        (first, again) = await TwoHandshakes(client, async socket =>
        {
            var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsServerAsync(server, Soon);
            return tls;
        });
        again.ShouldBeLessThan(first / 2);
    }

    /// <summary>What the client received during each of two handshakes, in bytes.</summary>
    private async Task<(int First, int Again)> TwoHandshakes(SslClientAuthenticationOptions options, Func<Socket, Task<IAsyncDisposable>> serve)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return (await Once(), await Once());

        async Task<int> Once()
        {
            using var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint!, Soon);
            var serving = serve(await listener.AcceptAsync(Soon));
            await using var counted = new CountingStream(client.GetStream());
            await using var tls = new SslStream(counted);
            await tls.AuthenticateAsClientAsync(options, Soon);
            var received = counted.Received;
            await (await serving).DisposeAsync();

            // A ticket comes after the handshake: the client has to read to have it.
            _ = await tls.ReadAsync(new byte[1], Soon);
            return received;
        }
    }
}
