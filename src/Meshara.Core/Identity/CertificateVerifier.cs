using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;

namespace Meshara.Core.Identity;

/// <summary>
/// Verifies the certificates of peers, each only once: two signatures, a tenth of what a handshake costs. That the peer holds the certificate's
/// key TLS itself proves each time. Thread-safe.
/// </summary>
internal sealed class CertificateVerifier
{
    private const int MostRemembered = 1024;

    private readonly Verified<Proven> _verified = new(MostRemembered);

    /// <inheritdoc cref="IdentityCertificate.TryVerify"/>
    public bool TryVerify(X509Certificate2 certificate, DateTimeOffset now, out PublicKey key, [NotNullWhen(false)] out string? error)
    {
        var bytes = certificate.RawDataMemory.Span;
        if (_verified.TryGet(bytes, out var known) && now >= known.NotBefore && now <= known.NotAfter)
        {
            (key, error) = (known.Key, null);
            return true;
        }

        if (!IdentityCertificate.TryVerify(certificate, now, out key, out error))
        {
            return false;
        }

        _verified.Add(bytes, new Proven(key, certificate.NotBefore, certificate.NotAfter));
        return true;
    }

    private sealed record Proven(PublicKey Key, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
}
