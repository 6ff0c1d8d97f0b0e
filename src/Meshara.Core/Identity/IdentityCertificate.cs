using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Meshara.Core.Identity;

/// <summary>
/// The certificate of the libp2p TLS 1.3 handshake specification (https://github.com/libp2p/specs/blob/master/tls/tls.md): self-signed over
/// a key of its own, with an extension in which the identity key vouches for that key. Of the specification's identity
/// key types a node is believed with Ed25519 alone.
/// </summary>
internal static class IdentityCertificate
{
    /// <summary>The libp2p public key extension.</summary>
    public const string ExtensionOid = "1.3.6.1.4.1.53594.1.1";

    /// <summary>The libp2p <c>PublicKey</c> message of an Ed25519 key: type 1 (field 1), 32 bytes (field 2).</summary>
    private static readonly byte[] Ed25519Prefix = [0x08, 0x01, 0x12, 0x20];

    /// <summary>Beside its own: key usage, basic constraints, extended key usage (RFC 5280 section 4.2.1), which restrict nothing here.</summary>
    private static readonly string?[] Understood = [ExtensionOid, "2.5.29.15", "2.5.29.19", "2.5.29.37"];

    private static readonly byte[] Domain = Encoding.ASCII.GetBytes("libp2p-tls-handshake:");

    /// <summary>Makes a certificate over a fresh P-256 key. The caller owns it.</summary>
    public static X509Certificate2 Create(NodeIdentity identity, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var session = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={identity.Id.ToShortString()}", session, HashAlgorithmName.SHA256);
        var signature = identity.Sign([.. Domain, .. session.ExportSubjectPublicKeyInfo()]);
        request.CertificateExtensions.Add(new X509Extension(ExtensionOid, SignedKey(identity.PublicKey, signature), critical: false));
        using var certificate = request.CreateSelfSigned(notBefore, notAfter);

        // SslStream on Windows wants a key that was loaded, not one that was attached.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>
    /// Which node's certificate this is, if it proves that. <paramref name="error"/> says what is wrong otherwise. Never throws for
    /// what a certificate can hold.
    /// </summary>
    public static bool TryVerify(
        X509Certificate2 certificate, DateTimeOffset now, out PublicKey key, [NotNullWhen(false)] out string? error)
    {
        key = default;
        if (!TryProve(certificate, now, out var host, out error))
        {
            return false;
        }

        if (host.Ed25519 is not { } node)
        {
            error = "The identity key in the certificate is no Ed25519 key.";
            return false;
        }

        key = node;
        return true;
    }

    /// <summary>Whose certificate this is by the specification, with an identity key of any kind.</summary>
    public static bool TryProve(
        X509Certificate2 certificate, DateTimeOffset now, [NotNullWhen(true)] out HostKey? host, [NotNullWhen(false)] out string? error)
    {
        host = null;
        try
        {
            error = FlawOf(certificate, now) ?? ReadExtension(certificate, out host, out var signature) ?? FlawOfProof(certificate, host, signature);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or NotSupportedException)
        {
            error = "The certificate is malformed, or of a kind that this machine cannot verify.";
        }

        host = error is null ? host : null;
        return host is not null;
    }

    private static string? FlawOf(X509Certificate2 certificate, DateTimeOffset now) =>
        now < certificate.NotBefore || now > certificate.NotAfter
            ? "The certificate is not valid now; compare the clocks of both machines."
        : certificate.Extensions.Count(e => e.Oid?.Value == ExtensionOid) != 1
            ? "The certificate does not have the libp2p public key extension once."
        : certificate.Extensions.Any(e => e.Critical && !Understood.Contains(e.Oid?.Value))
            ? "The certificate has a critical extension that this node does not understand."
        : !IsSelfSigned(certificate)
            ? "The certificate is not signed with its own key."
        : null;

    private static byte[] SignedKey(PublicKey key, byte[] signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString([.. Ed25519Prefix, .. key.ToByteArray()]);
            writer.WriteOctetString(signature);
        }

        return writer.Encode();
    }

    private static string? ReadExtension(X509Certificate2 certificate, out HostKey? host, out byte[] signature)
    {
        var sequence = SequenceOf(certificate.Extensions.Single(e => e.Oid?.Value == ExtensionOid).RawData);
        var encodedKey = sequence.ReadOctetString();
        signature = sequence.ReadOctetString();
        sequence.ThrowIfNotEmpty();
        return HostKey.TryParse(encodedKey, out host) ? null : "The identity key in the certificate is malformed.";
    }

    private static string? FlawOfProof(X509Certificate2 certificate, HostKey? host, byte[] signature) =>
        host!.Verifies([.. Domain, .. certificate.PublicKey.ExportSubjectPublicKeyInfo()], signature)
            ? null
            : "The identity key in the certificate does not vouch for the certificate's own key.";

    /// <summary>RFC 5280 section 4.1.1.3: the signature over the TBSCertificate, as it was received.</summary>
    private static bool IsSelfSigned(X509Certificate2 certificate)
    {
        var parts = SequenceOf(certificate.RawData);
        var signed = parts.ReadEncodedValue();
        parts.ReadSequence();
        var signature = parts.ReadBitString(out _);
        var hash = HashOf(certificate.SignatureAlgorithm.Value);
        using var ecdsa = certificate.GetECDsaPublicKey();
        if (ecdsa is not null)
        {
            return ecdsa.VerifyData(signed.Span, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }

        using var rsa = certificate.GetRSAPublicKey();
        return rsa is not null && rsa.VerifyData(signed.Span, signature, hash, RSASignaturePadding.Pkcs1);
    }

    private static AsnReader SequenceOf(byte[] encoded)
    {
        var reader = new AsnReader(encoded, AsnEncodingRules.DER);
        var sequence = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        return sequence;
    }

    private static HashAlgorithmName HashOf(string? signatureAlgorithm) => signatureAlgorithm switch
    {
        "1.2.840.10045.4.3.2" or "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
        "1.2.840.10045.4.3.3" or "1.2.840.113549.1.1.12" => HashAlgorithmName.SHA384,
        "1.2.840.10045.4.3.4" or "1.2.840.113549.1.1.13" => HashAlgorithmName.SHA512,
        _ => throw new CryptographicException("The certificate's signature algorithm is not one of ECDSA or RSA with SHA-2."),
    };
}
