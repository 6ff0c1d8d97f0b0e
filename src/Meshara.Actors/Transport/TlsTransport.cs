using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.RateLimiting;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using PublicKey = Meshara.Core.Identity.PublicKey;

namespace Meshara.Actors.Transport;

/// <summary>
/// TLS 1.3 (RFC 8446) over TCP, both ends with the certificate of the libp2p TLS specification, ALPN <c>meshara/1</c> (RFC 7301). No
/// session is resumed: each connection proves possession of the key afresh.
/// </summary>
internal sealed class TlsTransport : IPeerTransport, IDisposable
{
    private static readonly SslApplicationProtocol Protocol = new("meshara/1");

    /// <summary>An hour for clocks that differ; ten years, because the certificate lives as long as the process, and no longer.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1), Lifetime = TimeSpan.FromDays(3650);

    /// <summary>
    /// The one suite that everybody has (RFC 8446 section 9.1) before the others: with SHA-256 and the shorter key a connection costs a twentieth
    /// less than with what OpenSSL puts first, and is as strong as the keys of nodes are. Null: this system does not let us choose.
    /// </summary>
    private static readonly CipherSuitesPolicy? Suites = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()
        ? new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256])
        : null;

    private readonly NodeId _self;
    private readonly NodeClock _clock;
    private readonly X509Certificate2 _certificate;

    /// <summary>
    /// Made beside the rest of a start, since .NET looks for a chain to a certificate that signs itself, and reads each root certificate of
    /// the machine for that: a tenth of the time from the start of a process to its node being ready.
    /// </summary>
    private readonly Task<SslStreamCertificateContext> _context;

    private readonly CertificateVerifier _verifier = new();
    private readonly RateLimiter _turns = TurnTakingStream.TurnsOf(Environment.ProcessorCount);

    public TlsTransport(NodeIdentity identity, NodeClock clock)
    {
        _self = identity.Id;
        _clock = clock;
        _certificate = IdentityCertificate.Create(identity, clock.Now - ClockSkew, clock.Now + Lifetime);
        _context = Task.Run(() => SslStreamCertificateContext.Create(_certificate, null, offline: true));
    }

    public Task<IPeerLink> DialAsync(PeerAddress address, NodeId? expected, CancellationToken cancellation) =>
        DialAsync(address, expected, _ => false, cancellation);

    public async Task<IPeerLink> DialAsync(PeerAddress address, NodeId? expected, Predicate<IPAddress> isBanned, CancellationToken cancellation)
    {
        var socket = await TcpDial.ConnectAsync(address, isBanned, cancellation).ConfigureAwait(false);
        return await SecureAsync(socket, expected, server: false, cancellation).ConfigureAwait(false);
    }

    public async Task<ImmutableArray<IPAddress>> LookUpAsync(PeerAddress address, CancellationToken cancellation) =>
        [.. (await TcpDial.EndPointsOf(address, cancellation).ConfigureAwait(false)).Select(e => e.Address)];

    public IPeerListener Listen(ListenAddress address) => new TcpListener(address, this);

    public void Dispose()
    {
        ((IAsyncResult)_context).AsyncWaitHandle.WaitOne(); // It reads the certificate.
        _certificate.Dispose();
        _turns.Dispose();
    }

    /// <summary>Owns the socket from the start: whatever comes of the handshake, it is in the link or closed.</summary>
    internal async Task<IPeerLink> SecureAsync(Socket socket, NodeId? expected, bool server, CancellationToken cancellation)
    {
        var judge = new CertificateJudge(_verifier, _clock, _self, expected);
        SslStream? stream = null;
        try
        {
            var remote = PeerAddress.Of((IPEndPoint)socket.RemoteEndPoint!);
            var network = new LastFlightStream(new NetworkStream(socket, ownsSocket: true));
            var certificate = await _context.ConfigureAwait(false);
            if (server)
            {
                var inTurn = new TurnTakingStream(network, _turns);
                stream = new SslStream(inTurn, leaveInnerStreamOpen: false);
                await stream.AuthenticateAsServerAsync(ServerOptions(certificate, judge), cancellation).ConfigureAwait(false);
                inTurn.EndTurns();
            }
            else
            {
                stream = new SslStream(network, leaveInnerStreamOpen: false);
                await stream.AuthenticateAsClientAsync(ClientOptions(certificate, judge), cancellation).ConfigureAwait(false);
            }

            network.EndHandshake();
            if (stream.NegotiatedApplicationProtocol != Protocol)
            {
                throw new TransportException(Reason.AlpnMismatch, "The other side did not agree to meshara/1.");
            }

            return new TlsLink(stream, judge.Key!.Value, remote);
        }
        catch (Exception e)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            socket.Dispose();
            if (judge.Refusal is { } refusal)
            {
                throw refusal;
            }

            cancellation.ThrowIfCancellationRequested();
            if (TlsFailure.IsExpected(e))
            {
                throw TlsFailure.Explain(e);
            }

            throw;
        }
    }

    private static SslServerAuthenticationOptions ServerOptions(SslStreamCertificateContext certificate, CertificateJudge judge) => new()
    {
        ServerCertificateContext = certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [Protocol],
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CipherSuitesPolicy = Suites,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NoChain(),
        RemoteCertificateValidationCallback = judge.Accepts,
    };

    private static SslClientAuthenticationOptions ClientOptions(SslStreamCertificateContext certificate, CertificateJudge judge) => new()
    {
        // No name is sent: a peer is who its key says, never what it is called.
        TargetHost = "",
        ClientCertificateContext = certificate,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [Protocol],
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CipherSuitesPolicy = Suites,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NoChain(),
        RemoteCertificateValidationCallback = judge.Accepts,
    };

    /// <summary>The proof is in the certificate itself. The chain that .NET builds all the same must not look for issuers.</summary>
    private static X509ChainPolicy NoChain() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    private sealed class TlsLink(SslStream stream, PublicKey key, PeerAddress remote) : IPeerLink
    {
        public PublicKey RemoteKey => key;

        public PeerAddress Remote => remote;

        public Stream Stream => stream;

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }
}
