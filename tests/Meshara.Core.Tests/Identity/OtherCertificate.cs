using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Meshara.Core.Identity;

namespace Meshara.Core.Tests.Identity;

/// <summary>Certificates that <see cref="IdentityCertificate.Create"/> does not make.</summary>
internal static class OtherCertificate
{
    public static X509Certificate2 Make(DateTimeOffset now, params Func<byte[], X509Extension>[] extensions)
    {
        using var session = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Make(now, session, new CertificateRequest("CN=other", session, HashAlgorithmName.SHA256), extensions);
    }

    /// <summary>With a good proof, over a key of another kind.</summary>
    public static X509Certificate2 MakeOver(string kind, DateTimeOffset now)
    {
        if (kind == "RSA")
        {
            using var rsa = RSA.Create(2048);
            return Make(now, rsa, new CertificateRequest("CN=other", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), s => Proof(s));
        }

        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        return Make(now, ecdsa, new CertificateRequest("CN=other", ecdsa, HashAlgorithmName.SHA384), s => Proof(s));
    }

    /// <summary>With a good proof, but the certificate itself was signed by another key than its own.</summary>
    public static X509Certificate2 SignedByAnother(DateTimeOffset now)
    {
        using var session = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=other", session, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Proof(session.ExportSubjectPublicKeyInfo()));
        return request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(other), now.AddHours(-1), now.AddHours(1), [1]);
    }

    /// <summary>The extension of a node that vouches for this session key.</summary>
    public static X509Extension Proof(byte[] session, bool critical = false)
    {
        using var identity = NodeIdentity.FromSeed(new byte[32]);
        var signature = identity.Sign([.. Encoding.ASCII.GetBytes("libp2p-tls-handshake:"), .. session]);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString([8, 1, 18, 32, .. identity.PublicKey.ToByteArray()]);
            writer.WriteOctetString(signature);
        }

        return new X509Extension(IdentityCertificate.ExtensionOid, writer.Encode(), critical);
    }

    private static X509Certificate2 Make(
        DateTimeOffset now, AsymmetricAlgorithm session, CertificateRequest request, params Func<byte[], X509Extension>[] extensions)
    {
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension(session.ExportSubjectPublicKeyInfo()));
        }

        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }
}
