using System.Security.Cryptography;
using Meshara.Core.Identity;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Identity;

public sealed class NodeIdentityTests
{
    /// <summary>RFC 8032 section 7.1, tests 1 to 3.</summary>
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void It_signs_as_RFC_8032_does(string seed, string key, string message, string signature)
    {
        using var identity = NodeIdentity.FromSeed(Convert.FromHexString(seed));

        identity.PublicKey.ToString().ShouldBe(key);
        Convert.ToHexStringLower(identity.Sign(Convert.FromHexString(message))).ShouldBe(signature);
        identity.PublicKey.Verifies(Convert.FromHexString(message), Convert.FromHexString(signature)).ShouldBeTrue();
        identity.PublicKey.Verifies([0xFF], Convert.FromHexString(signature)).ShouldBeFalse();
    }

    [Fact]
    public void Its_id_is_the_hash_of_its_key()
    {
        using var identity = NodeIdentity.Create();

        identity.Id.ToByteArray().ShouldBe(SHA256.HashData(identity.PublicKey.ToByteArray()));
    }

    [Fact]
    public void Two_of_them_differ()
    {
        using var one = NodeIdentity.Create();
        using var two = NodeIdentity.Create();

        one.Id.ShouldNotBe(two.Id);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        using var identity = NodeIdentity.Create();
        using var again = NodeIdentity.FromPem(identity.ToPem());

        again.PublicKey.ShouldBe(identity.PublicKey);
        again.Sign([1]).ShouldBe(identity.Sign([1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_is_32_bytes(int length) => Should.Throw<ArgumentException>(() => NodeIdentity.FromSeed(new byte[length]));

    [Fact]
    public void What_is_no_key_is_a_format_error() => Should.Throw<FormatException>(() => NodeIdentity.FromPem("no"));
}
