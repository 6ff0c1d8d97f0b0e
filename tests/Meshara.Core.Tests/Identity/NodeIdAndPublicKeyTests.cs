using CsCheck;
using Meshara.Core.Identity;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Identity;

public sealed class NodeIdAndPublicKeyTests
{
    private const string Hex = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

    [Fact]
    public void Both_are_written_in_lower_case_and_read_in_either()
    {
        NodeId.Parse(Hex).ToString().ShouldBe(Hex);
        NodeId.Parse(Hex.ToUpperInvariant()).ShouldBe(NodeId.Parse(Hex));
        PublicKey.Parse(Hex.ToUpperInvariant()).ToString().ShouldBe(Hex);
        NodeId.Parse(Hex).ToShortString().ShouldBe("00112233");
    }

    [Theory]
    [InlineData(null, "is 64 hex digits; this one is empty.")]
    [InlineData("", "is 64 hex digits; this one is empty.")]
    [InlineData("abc", "is 64 hex digits; this one has 3 characters.")]
    [InlineData("0x0011223344556677", "is 64 hex digits; this one has 18 characters.")]
    [InlineData(Hex + "0", "is 64 hex digits; this one has 65 characters.")]
    [InlineData("0011223344556677889g" + "aabbccddeeff0123456789abcdeffedcba987654321000", "is 64 hex digits; this one has 66 characters.")]
    [InlineData("001122334455667788g9aabbccddeeff0123456789abcdeffedcba9876543210", "is 64 hex digits; character 19 of this one is no hex digit.")]
    [InlineData(" 0112233445566778899aabbccddeeff0123456789abcdeffedcba987654321", "is 64 hex digits; this one has 63 characters.")]
    [InlineData("٠0112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210", "is 64 hex digits; character 1 of this one is no hex digit.")]
    public void What_is_wrong_is_said_in_one_sentence(string? text, string error)
    {
        NodeId.TryParse(text, out _, out var ofId).ShouldBeFalse();
        PublicKey.TryParse(text, out _, out var ofKey).ShouldBeFalse();

        ofId.ShouldBe($"A node id {error}");
        ofKey.ShouldBe($"A public key {error}");
        Should.Throw<FormatException>(() => NodeId.Parse(text!)).Message.ShouldBe(ofId);
        Should.Throw<FormatException>(() => PublicKey.Parse(text!)).Message.ShouldBe(ofKey);
    }

    [Fact]
    public void Bytes_come_back_as_they_were() => Gen.Byte.Array[32].Sample(bytes =>
    {
        var id = NodeId.FromBytes(bytes);
        return id.ToByteArray().SequenceEqual(bytes)
            && PublicKey.FromBytes(bytes).ToByteArray().SequenceEqual(bytes)
            && NodeId.Parse(id.ToString()) == id
            && id.ToString() == Convert.ToHexStringLower(bytes);
    });

    [Fact]
    public void Ids_are_ordered_as_their_bytes_are() => Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32]).Sample((one, two) =>
    {
        var (a, b) = (NodeId.FromBytes(one), NodeId.FromBytes(two));
        var expected = Math.Sign(one.AsSpan().SequenceCompareTo(two));
        return Math.Sign(a.CompareTo(b)) == expected
            && (a < b) == (expected < 0) && (a > b) == (expected > 0)
            && (a <= b) == (expected <= 0) && (a >= b) == (expected >= 0)
            && (a == b) == (expected == 0);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Both_are_32_bytes(int length)
    {
        Should.Throw<ArgumentException>(() => NodeId.FromBytes(new byte[length]));
        Should.Throw<ArgumentException>(() => PublicKey.FromBytes(new byte[length]));
    }

    [Fact]
    public void A_key_that_is_no_point_of_the_curve_verifies_nothing()
    {
        var key = PublicKey.FromBytes([.. Enumerable.Repeat((byte)0xFF, 32)]);

        key.Verifies([1], new byte[64]).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public void A_signature_of_another_length_is_none(int length)
    {
        using var identity = NodeIdentity.FromSeed(new byte[32]);

        identity.PublicKey.Verifies([1], new byte[length]).ShouldBeFalse();
    }
}
