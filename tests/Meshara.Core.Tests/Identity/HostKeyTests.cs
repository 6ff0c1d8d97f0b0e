using System.Security.Cryptography;
using Meshara.Core.Identity;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Identity;

public sealed class HostKeyTests
{
    private static readonly byte[] Message = [1, 2, 3];

    [Theory]
    [InlineData("", "empty")]
    [InlineData("080112", "cut off before the length")]
    [InlineData("08011201", "cut off before the data")]
    [InlineData("0801120100ff", "something after the data")]
    [InlineData("080412012a", "an unknown kind")]
    [InlineData("12012a0801", "the other way round")]
    [InlineData("08810012012a", "a type of two bytes")]
    [InlineData("080112810000", "a length of one, spelled with two bytes")]
    [InlineData("08011280", "a length that does not end")]
    public void Only_the_one_encoding_of_a_key_is_read(string hex, string why) =>
        HostKey.TryParse(Convert.FromHexString(hex), out _).ShouldBeFalse(why);

    [Fact]
    public void A_long_key_has_a_length_of_two_bytes()
    {
        HostKey.TryParse([8, 0, 18, 0x80 | (300 & 0x7F), 300 >> 7, .. new byte[300]], out var key).ShouldBeTrue();

        key!.Type.ShouldBe(HostKeyType.Rsa);
        key.Data.Length.ShouldBe(300);
    }

    [Fact]
    public void An_Ed25519_key_of_another_length_is_no_node()
    {
        new HostKey(HostKeyType.Ed25519, new byte[31]).Ed25519.ShouldBeNull();
        new HostKey(HostKeyType.Secp256k1, new byte[32]).Ed25519.ShouldBeNull();
        new HostKey(HostKeyType.Ed25519, new byte[31]).Verifies(Message, new byte[64]).ShouldBeFalse();
    }

    [Theory]
    [InlineData(1024, false)]
    [InlineData(2048, true)]
    public void An_RSA_key_has_at_least_2048_bits(int bits, bool verifies)
    {
        using var rsa = RSA.Create(bits);
        var signature = rsa.SignData(Message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var key = new HostKey(HostKeyType.Rsa, rsa.ExportSubjectPublicKeyInfo());

        key.Verifies(Message, signature).ShouldBe(verifies);
        key.Verifies([9], signature).ShouldBeFalse();
    }

    [Fact]
    public void Both_parities_of_a_secp256k1_key_are_read()
    {
        var parities = new HashSet<byte>();
        while (parities.Count < 2)
        {
            using var ecdsa = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
            var q = ecdsa.ExportParameters(false).Q;
            var parity = (byte)(2 + (q.Y![^1] & 1));
            parities.Add(parity);
            var key = new HostKey(HostKeyType.Secp256k1, [parity, .. q.X!]);
            var signature = ecdsa.SignData(Message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

            key.Verifies(Message, signature).ShouldBeTrue();
            key.Verifies([9], signature).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_secp256k1_key_that_is_no_point_verifies_nothing()
    {
        // x = 5 has no y on the curve.
        var key = new HostKey(HostKeyType.Secp256k1, [2, .. new byte[31], 5]);

        Should.Throw<CryptographicException>(() => key.Verifies(Message, new byte[70]));
    }
}
