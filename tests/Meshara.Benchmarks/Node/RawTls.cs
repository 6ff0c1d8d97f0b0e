using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Meshara.Benchmarks.Node;

/// <summary>The ceiling: TLS 1.3 by SslStream alone, on loopback, both sides with a certificate that the other takes unlooked at.</summary>
internal sealed class RawTls : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SslApplicationProtocol Protocol = new("raw/1");

    private readonly X509Certificate2 _certificate = Certificate();
    private readonly SslStreamCertificateContext _context;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public RawTls()
    {
        _context = SslStreamCertificateContext.Create(_certificate, null, offline: true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

#pragma warning disable CA5359 // The ceiling proves nobody's identity: that is its point.
    public async Task<SslStream> AcceptAsync(CancellationToken cancellation = default)
    {
        var socket = await _listener.AcceptAsync(cancellation);
        socket.NoDelay = true;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _context, ClientCertificateRequired = true, EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [Protocol], AllowTlsResume = false, AllowRenegotiation = false, CertificateChainPolicy = NoChain(),
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            cancellation);
        return stream;
    }

    public async Task<SslStream> DialAsync(IPEndPoint to, CancellationToken cancellation = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(to, cancellation);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "", ClientCertificateContext = _context, EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [Protocol], AllowTlsResume = false, AllowRenegotiation = false, CertificateChainPolicy = NoChain(),
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            cancellation);
        return stream;
    }
#pragma warning restore CA5359

    public async Task<(SslStream Client, SslStream Server)> PairAsync()
    {
        var server = AcceptAsync();
        return (await DialAsync(EndPoint), await server);
    }

    /// <summary>Reads frames of a 4-byte length and a body until the stream ends, and tells how many it finds in each chunk.</summary>
    public static async Task ReadFramesAsync(Stream stream, Action<long> read)
    {
        var buffer = new byte[16 * 1024];
        var have = 0;
        while (true)
        {
            _ = await stream.ReadAsync(Memory<byte>.Empty);
            var got = await stream.ReadAsync(buffer.AsMemory(have));
            if (got == 0)
            {
                return;
            }

            have += got;
            var (at, frames) = (0, 0L);
            while (have - at >= sizeof(int) && BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at)) is var length && have - at - sizeof(int) >= length)
            {
                at += sizeof(int) + length;
                frames++;
            }

            buffer.AsSpan(at, have - at).CopyTo(buffer);
            have -= at;
            read(frames);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }

    private static X509ChainPolicy NoChain() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=raw", key, HashAlgorithmName.SHA256).CreateSelfSigned(Begin, Begin.AddYears(50));
    }
}
