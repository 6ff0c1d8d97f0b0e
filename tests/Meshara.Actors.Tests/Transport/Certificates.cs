using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Meshara.Core.Identity;

namespace Meshara.Actors.Tests.Transport;

/// <summary>Certificates that look like a node's and are not.</summary>
internal static class Certificates
{
    private const string Oid = "1.3.6.1.4.1.53594.1.1";

    public static X509Certificate2 WithoutExtension(DateTimeOffset now) => Make(now, _ => null);

    /// <summary>It says that it is <paramref name="claimed"/>'s, and somebody else signed.</summary>
    public static X509Certificate2 Forged(NodeIdentity claimed, NodeIdentity signer, DateTimeOffset now) =>
        Make(now, session => Extension(claimed, signer, session));

    /// <summary>A good one, which names another as its issuer: with that one it makes a chain that TLS sends.</summary>
    public static X509Certificate2 IssuedInNameBy(X509Certificate2 issuer, ECDsa session, NodeIdentity node, DateTimeOffset now)
    {
        var request = new CertificateRequest($"CN=below {issuer.Subject[3..]}", session, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Extension(node, node, session));
        using var certificate = request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(session), now.AddHours(-1), now.AddHours(1), [1, 2, 3, 4]);
        using var withKey = certificate.CopyWithPrivateKey(session);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>The extension of somebody else's certificate on a key of one's own.</summary>
    public static X509Certificate2 Stolen(X509Certificate2 real, DateTimeOffset now) =>
        Make(now, _ => new X509Extension(Oid, real.Extensions[Oid]!.RawData, critical: false));

    private static X509Extension Extension(NodeIdentity claimed, NodeIdentity signer, ECDsa session)
    {
        var signature = signer.Sign([.. Encoding.ASCII.GetBytes("libp2p-tls-handshake:"), .. session.ExportSubjectPublicKeyInfo()]);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString([8, 1, 18, 32, .. claimed.PublicKey.ToByteArray()]);
            writer.WriteOctetString(signature);
        }

        return new X509Extension(Oid, writer.Encode(), critical: false);
    }

    private static X509Certificate2 Make(DateTimeOffset now, Func<ECDsa, X509Extension?> extension)
    {
        using var session = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stranger", session, HashAlgorithmName.SHA256);
        if (extension(session) is { } made)
        {
            request.CertificateExtensions.Add(made);
        }

        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
