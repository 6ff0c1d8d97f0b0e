using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Tests.Identity;
using Meshara.Core.Wire;

namespace Meshara.Fuzz.Targets;

/// <summary>What proves who somebody is.</summary>
internal static class IdentityTargets
{
    private static readonly byte[] Domain = Encoding.ASCII.GetBytes("meshara-peer-record:1:");

    private static readonly ECDsa Session = SessionKey();

    private static readonly IReadOnlyList<byte[]> Vectors =
        [.. new[] { TlsVectors.Ed25519, TlsVectors.Ecdsa, TlsVectors.Secp256k1, TlsVectors.Mismatched }.Select(Convert.FromHexString)];

    public static IEnumerable<Target> All =>
    [
        new("certificate", "the certificate of a TLS handshake", Certificate)
        {
            Seeds = Vectors, Words = [Convert.FromHexString("060a2b0601040183a25a0101"), Convert.FromHexString("0603551d13")], Allowance = (128 * 1024, 256), Slice = 300,
        },
        new("key-extension", "the extension of a certificate that is well signed otherwise", Extension)
        {
            Seeds = [.. Vectors.Select(ExtensionOf)], MaxLength = 2048, Allowance = (256 * 1024, 512), Slice = 200,
        },
        new("record", "a signed record, told by a peer or a hello", bytes => Record(bytes))
        {
            Seeds = [Some.Record(Some.Peer), Some.Record(Some.Node, "relay", "bridge")], MaxLength = PeerRecord.MaxSize + 16, Slice = 1_000,
        },
        new("record-body", "a record that its node signed, whatever it says", Body)
        {
            Seeds = [.. new[] { Some.Record(Some.Peer), Some.Record(Some.Peer, "relay", "bridge") }.Select(r => SignedPeerRecord.Parser.ParseFrom(r).Record.ToByteArray())],
            Words = [Some.Peer.PublicKey.ToByteArray(), .. Some.Addresses.Select(a => a.ToWire().ToByteArray())], MaxLength = PeerRecord.MaxSize, Slice = 1_000,
        },
    ];

    private static string? Certificate(byte[] bytes)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(bytes);
        }
        catch (CryptographicException)
        {
            // The platform does not let it into a handshake.
            return null;
        }

        using (certificate)
        {
            return Judge(certificate);
        }
    }

    private static string? Extension(byte[] bytes)
    {
        var request = new CertificateRequest("CN=somebody", Session, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(IdentityCertificate.ExtensionOid, bytes, critical: false));
        using var certificate = request.CreateSelfSigned(Some.Noon.AddDays(-1), Some.Noon.AddDays(1));
        return Judge(certificate) ?? (IdentityCertificate.TryVerify(certificate, Some.Noon, out _, out _) ? "A key vouches for a session key that it has not signed." : null);
    }

    private static string? Judge(X509Certificate2 certificate)
    {
        var proven = IdentityCertificate.TryVerify(certificate, Some.Noon, out var key, out var error);
        return proven != (error is null) ? "It is proven and wrong at once, or neither."
            : !proven && key != default ? "A key that is not proven came out."
            : error?.Length > 200 ? "What is wrong takes a page."
            : null;
    }

    private static string? Record(byte[] bytes)
    {
        if (!SignedRecord.TryVerify(bytes, out var record))
        {
            return null;
        }

        return record.Addresses.Length > PeerRecord.MaxAddresses || record.Content.Capabilities.Length > PeerRecord.MaxCapabilities
            || record.Content.Network.Length > Handshake.MaxNetworkLength ? "A record over its limits is believed."
            : record.Addresses.FirstOrDefault(a => PeerAddress.Parse(a.ToString()) != a) is { } changed ? $"An address is read as another: {changed}"
            : Judged(record);
    }

    /// <summary>What the supervisor makes of a record that it is told of.</summary>
    private static string? Judged(SignedRecord record)
    {
        foreach (var reach in Enum.GetValues<Reach>())
        {
            var (addresses, flaw) = PeerExchange.Judge(record.Content, "meshara", reach, Some.Node.Id, [Some.Addresses[0]], Some.Noon);
            if (flaw is not null && addresses.Length > 0)
            {
                return "Addresses are believed of a record that is not.";
            }
        }

        return null;
    }

    private static string? Body(byte[] bytes) => Record(new SignedPeerRecord
    {
        Record = ByteString.CopyFrom(bytes), Signature = ByteString.CopyFrom(Some.Peer.Sign([.. Domain, .. bytes])),
    }.ToByteArray());

    private static byte[] ExtensionOf(byte[] vector)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(vector);
        return certificate.Extensions.Single(e => e.Oid?.Value == IdentityCertificate.ExtensionOid).RawData;
    }

    /// <summary>The same each time, so that an input leads to the same outcome.</summary>
    private static ECDsa SessionKey() => ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = [.. Enumerable.Repeat((byte)3, 32)] });
}
