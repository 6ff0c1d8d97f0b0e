using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using Meshara.Core.Identity;
using Shouldly;
using Xunit;
using PublicKey = Meshara.Core.Identity.PublicKey;

namespace Meshara.Core.Tests.Identity;

public sealed class IdentityCertificateTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(TlsVectors.Ed25519, TlsVectors.Ed25519Id, (int)HostKeyType.Ed25519)]
    [InlineData(TlsVectors.Ecdsa, TlsVectors.EcdsaId, (int)HostKeyType.Ecdsa)]
    [InlineData(TlsVectors.Secp256k1, TlsVectors.Secp256k1Id, (int)HostKeyType.Secp256k1)]
    public void A_published_certificate_proves_the_published_id(string vector, string peerId, int type)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromHexString(vector));

        IdentityCertificate.TryProve(certificate, Now, out var host, out var error).ShouldBeTrue(error);

        host!.Type.ShouldBe((HostKeyType)type);
        LibP2PIdOf(host).ShouldBe(FromBase58(peerId));
    }

    [Fact]
    public void The_published_invalid_certificate_is_refused()
    {
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromHexString(TlsVectors.Mismatched));

        IdentityCertificate.TryProve(certificate, Now, out _, out var error).ShouldBeFalse();

        error.ShouldBe("The identity key in the certificate does not vouch for the certificate's own key.");
    }

    [Theory]
    [InlineData(TlsVectors.Ed25519, true)]
    [InlineData(TlsVectors.Ecdsa, false)]
    [InlineData(TlsVectors.Secp256k1, false)]
    public void A_node_is_an_Ed25519_key(string vector, bool accepted)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromHexString(vector));

        IdentityCertificate.TryVerify(certificate, Now, out var key, out var error).ShouldBe(accepted);

        if (accepted)
        {
            key.ShouldBe(PublicKey.Parse("a77f1d92fedb59dddaea5a1c4abd1ac2fbde7d7b879ed364501809923d7c11b9"));
        }
        else
        {
            error.ShouldBe("The identity key in the certificate is no Ed25519 key.");
        }
    }

    [Fact]
    public void What_is_made_proves_its_maker()
    {
        using var identity = Seeded(7);
        using var certificate = IdentityCertificate.Create(identity, Now.AddHours(-1), Now.AddHours(1));

        IdentityCertificate.TryVerify(certificate, Now, out var key, out var error).ShouldBeTrue(error);

        key.ShouldBe(identity.PublicKey);
        certificate.HasPrivateKey.ShouldBeTrue();
        certificate.GetECDsaPublicKey()!.KeySize.ShouldBe(256);
    }

    [Fact]
    public void Each_certificate_has_a_key_of_its_own()
    {
        using var identity = Seeded(7);
        using var one = IdentityCertificate.Create(identity, Now.AddHours(-1), Now.AddHours(1));
        using var two = IdentityCertificate.Create(identity, Now.AddHours(-1), Now.AddHours(1));

        one.GetPublicKey().ShouldNotBe(two.GetPublicKey());
    }

    [Theory]
    [InlineData(-61, false)]
    [InlineData(-60, true)]
    [InlineData(0, true)]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public void It_is_good_from_its_first_to_its_last_minute(int minutes, bool accepted)
    {
        using var identity = Seeded(7);
        using var certificate = IdentityCertificate.Create(identity, Now.AddHours(-1), Now.AddHours(1));

        IdentityCertificate.TryVerify(certificate, Now.AddMinutes(minutes), out _, out var error).ShouldBe(accepted);

        error.ShouldBe(accepted ? null : "The certificate is not valid now; compare the clocks of both machines.");
    }

    [Fact]
    public void The_extension_has_to_be_there() =>
        RefusalOf(OtherCertificate.Make(Now)).ShouldBe("The certificate does not have the libp2p public key extension once.");

    [Fact]
    public void The_extension_may_be_critical() => RefusalOf(OtherCertificate.Make(Now, s => OtherCertificate.Proof(s, critical: true))).ShouldBeNull();

    [Theory]
    [InlineData(true, "The certificate has a critical extension that this node does not understand.")]
    [InlineData(false, null)]
    public void An_unknown_extension_is_ignored_unless_it_is_critical(bool critical, string? refusal) =>
        RefusalOf(OtherCertificate.Make(Now, s => OtherCertificate.Proof(s), _ => new X509Extension("1.2.3.4.5", [5, 0], critical))).ShouldBe(refusal);

    [Fact]
    public void Somebody_elses_proof_is_worth_nothing()
    {
        using var identity = Seeded(7);
        using var real = IdentityCertificate.Create(identity, Now.AddHours(-1), Now.AddHours(1));

        RefusalOf(OtherCertificate.Make(Now, _ => new X509Extension(IdentityCertificate.ExtensionOid, real.Extensions[IdentityCertificate.ExtensionOid]!.RawData, false)))
            .ShouldBe("The identity key in the certificate does not vouch for the certificate's own key.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("3000")]
    [InlineData("0500")]
    [InlineData("30040400040000")]
    [InlineData("308000")]
    [InlineData("30840fffffff")]
    public void A_malformed_extension_is_refused(string hex) =>
        RefusalOf(OtherCertificate.Make(Now, _ => new X509Extension(IdentityCertificate.ExtensionOid, Convert.FromHexString(hex), false))).ShouldNotBeNull();

    [Theory]
    [InlineData("RSA")]
    [InlineData("P-384")]
    public void The_certificate_may_be_over_another_kind_of_key(string kind) => RefusalOf(OtherCertificate.MakeOver(kind, Now)).ShouldBeNull();

    [Fact]
    public void Another_signature_than_its_own_is_refused() =>
        RefusalOf(OtherCertificate.SignedByAnother(Now)).ShouldBe("The certificate is not signed with its own key.");

    [Fact]
    public void No_changed_byte_is_believed_and_none_throws()
    {
        var original = Convert.FromHexString(TlsVectors.Ed25519);
        Gen.Select(Gen.Int[0, original.Length - 1], Gen.Byte[1, 255]).Sample(
            (at, flip) =>
            {
                var changed = (byte[])original.Clone();
                changed[at] ^= flip;
                X509Certificate2 certificate;
                try
                {
                    certificate = X509CertificateLoader.LoadCertificate(changed);
                }
                catch (CryptographicException)
                {
                    // TLS does not even hand it over.
                    return true;
                }

                using (certificate)
                {
                    return !IdentityCertificate.TryVerify(certificate, Now, out _, out var error) && error.Length > 0 && !error.Contains('\n');
                }
            },
            iter: 3000);
    }

    private static string? RefusalOf(X509Certificate2 certificate)
    {
        using (certificate)
        {
            return IdentityCertificate.TryVerify(certificate, Now, out _, out var error) ? null : error;
        }
    }

    private static NodeIdentity Seeded(byte seed)
    {
        var bytes = new byte[32];
        Array.Fill(bytes, seed);
        return NodeIdentity.FromSeed(bytes);
    }

    /// <summary>The multihash of the encoded key: the key itself up to 42 bytes, else its SHA-256 (libp2p peer-ids specification).</summary>
    private static byte[] LibP2PIdOf(HostKey key)
    {
        byte[] encoded = [8, (byte)key.Type, 18, (byte)key.Data.Length, .. key.Data];
        return encoded.Length <= 42 ? [0, (byte)encoded.Length, .. encoded] : [0x12, 0x20, .. SHA256.HashData(encoded)];
    }

    private static byte[] FromBase58(string text)
    {
        const string alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        var number = text.Aggregate(BigInteger.Zero, (n, c) => (n * 58) + alphabet.IndexOf(c, StringComparison.Ordinal));
        return [.. Enumerable.Repeat((byte)0, text.TakeWhile(c => c == '1').Count()), .. number.ToByteArray(isUnsigned: true, isBigEndian: true)];
    }
}
