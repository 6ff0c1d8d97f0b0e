using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class SipHashTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(n => (byte)n)];

    /// <summary>The first of the vectors that the reference implementation comes with, and the one of the paper's appendix A (15 bytes).</summary>
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31UL)]
    [InlineData(1, 0x74f839c593dc67fdUL)]
    [InlineData(2, 0x0d6c8009d9a94f5aUL)]
    [InlineData(3, 0x85676696d7fb7e2dUL)]
    [InlineData(8, 0x93f5f5799a932462UL)]
    [InlineData(15, 0xa129ca6149be45e5UL)]
    public void It_gives_what_its_authors_published(int length, ulong expected) =>
        SipHash.WithKey(Key).Of([.. Enumerable.Range(0, length).Select(n => (byte)n)]).ShouldBe(expected);

    [Fact]
    public void A_text_is_hashed_as_its_utf8_bytes_however_long_it_is()
    {
        foreach (var text in (string[])["", "place 3 192.0.2.1:7373", new string('ä', 1000)])
        {
            SipHash.WithKey(Key).Of(text).ShouldBe(SipHash.WithKey(Key).Of(System.Text.Encoding.UTF8.GetBytes(text).AsSpan()));
        }
    }

    [Fact]
    public void Another_secret_gives_other_values() =>
        SipHash.With([1]).Of("x").ShouldNotBe(SipHash.With([2]).Of("x"));
}
