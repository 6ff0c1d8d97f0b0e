using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Meshara.Actors.Transport;

namespace Meshara.Actors.Tests.Transport;

/// <summary>The far end of a handshake that is not one of ours: a plain socket, and TLS with options of its own choice.</summary>
internal static class TlsStranger
{
    public static readonly SslApplicationProtocol Meshara = new("meshara/1");

    /// <summary>Connects to a listener and does as it likes, while the listener's side of it runs.</summary>
    public static async Task<Exception?> AgainstServer(
        TlsTransport node, Func<NetworkStream, Task> behave, CancellationToken cancellation)
    {
        using var listener = node.Listen(new(new IPEndPoint(IPAddress.Loopback, 0)));
        var serving = Xunit.Record.ExceptionAsync(async () =>
        {
            using var socket = await listener.AcceptAsync(cancellation);
            await (await socket.SecureAsync(cancellation)).DisposeAsync();
        });
        using var client = new TcpClient();
        await client.ConnectAsync(listener.LocalEndPoint, cancellation);
        await Xunit.Record.ExceptionAsync(() => behave(client.GetStream()));
        return await serving;
    }

    /// <summary>Accepts one connection of the node and does as it likes; answers what the node's dial came to.</summary>
    public static async Task<Exception?> AgainstClient(
        TlsTransport node, Func<NetworkStream, Task> behave, CancellationToken cancellation)
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Xunit.Record.ExceptionAsync(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync(cancellation);
            await behave(client.GetStream());
        });
        var address = Core.Peers.PeerAddress.Of((IPEndPoint)listener.LocalEndpoint);
        var failure = await Xunit.Record.ExceptionAsync(async () =>
            await (await node.DialAsync(address, null, cancellation)).DisposeAsync());
        await serving;
        return failure;
    }

#pragma warning disable CA5359 // A stranger takes anybody's certificate: it is the node's judgement that is tested.
    public static SslClientAuthenticationOptions Client(params X509Certificate2[] chain) => new()
    {
        TargetHost = "",
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [Meshara],
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        ClientCertificateContext = ContextOf(chain),
    };

    public static SslServerAuthenticationOptions Server(params X509Certificate2[] chain) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [Meshara],
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        ServerCertificateContext = ContextOf(chain),
    };
#pragma warning restore CA5359

    /// <summary>A TLS client that stays until the other side has hung up, so that its own hanging up is not what is judged.</summary>
    public static async Task Speak(Stream stream, SslClientAuthenticationOptions options)
    {
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(options);
        _ = await tls.ReadAsync(new byte[1]);
    }

    public static async Task Speak(Stream stream, SslServerAuthenticationOptions options)
    {
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsServerAsync(options);
        _ = await tls.ReadAsync(new byte[1]);
    }

    /// <summary>Sends bytes as they are, then stays until the other side has hung up.</summary>
    public static async Task Say(Stream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes);
        while (await stream.ReadAsync(new byte[1024]) > 0)
        {
        }
    }

    private static SslStreamCertificateContext? ContextOf(X509Certificate2[] chain) => chain.Length == 0
        ? null
        : SslStreamCertificateContext.Create(chain[0], [.. chain.Skip(1)], offline: true);
}
