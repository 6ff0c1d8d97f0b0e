using System.Text;
using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

/// <summary>Domain names (RFC 1035 section 3.1, RFC 6762 section 16) and TXT (RFC 6763 section 6).</summary>
public sealed class NameAndTextTests
{
    [Theory]
    [InlineData("_meshara._tcp.local", "_meshara._tcp.local")]
    [InlineData("_meshara._tcp.local.", "_meshara._tcp.local")]
    [InlineData(".", ".")]
    [InlineData(@"Zo\195\171\.\\ x.local", @"Zo\195\171\.\\\032x.local")]
    [InlineData("Zoë.local", @"Zo\195\171.local")]
    [InlineData(@"\000\127.local", @"\000\127.local")]
    public void A_name_is_read_and_shown_with_its_escapes(string text, string shown)
    {
        DomainName.Parse(text).ToString().ShouldBe(shown);
        DomainName.Parse(shown).ShouldBe(DomainName.Parse(text));
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData(@"a\")]
    [InlineData(@"a\256")]
    [InlineData(@"a\1")]
    public void What_is_no_name_is_refused(string text) => Should.Throw<FormatException>(() => DomainName.Parse(text));

    [Fact]
    public void Labels_and_names_have_their_limits()
    {
        DomainName.Of(new string('a', 63)).WireLength.ShouldBe(65);
        Should.Throw<ArgumentException>(() => DomainName.Of(new string('a', 64)));
        Should.Throw<ArgumentException>(() => DomainName.Of(new string('é', 32)));
        Should.Throw<ArgumentException>(() => DomainName.Of(""));
        var longest = DomainName.Of(new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 61));
        longest.WireLength.ShouldBe(255);
        Should.Throw<ArgumentException>(() => longest.Child("e"));
        Should.Throw<FormatException>(() => DomainName.Parse(string.Join('.', Enumerable.Repeat(new string('a', 63), 4))));
    }

    [Fact]
    public void Names_differ_in_all_but_the_case_of_ASCII_letters()
    {
        DomainName.Parse("HOST.Local").ShouldBe(DomainName.Parse("host.lOCAL"));
        DomainName.Parse("HOST.Local").GetHashCode().ShouldBe(DomainName.Parse("host.lOCAL").GetHashCode());
        DomainName.Parse("É.local").ShouldNotBe(DomainName.Parse("é.local"));
        DomainName.Of("a.b").ShouldNotBe(DomainName.Of("a", "b"));
        DomainName.Of("@").ShouldNotBe(DomainName.Of("`"));
    }

    [Fact]
    public void A_name_knows_what_it_is_under()
    {
        var type = DomainName.Parse("_meshara._tcp.local");

        type.Child("x").IsUnder(type).ShouldBeTrue();
        type.Child("x").Child("y").IsUnder(DomainName.Parse("_TCP.local")).ShouldBeTrue();
        type.IsUnder(type).ShouldBeFalse();
        DomainName.Parse("x_meshara._tcp.local").IsUnder(type).ShouldBeFalse();
        type.IsUnder(DomainName.Root).ShouldBeTrue();
        type.Parent.ToString().ShouldBe("_tcp.local");
        type.FirstLabel.ShouldBe("_meshara");
    }

    [Fact]
    public void A_name_that_goes_to_a_log_moves_no_cursor()
    {
        var all = DomainName.OfWire([63, .. Enumerable.Range(0, 63).Select(i => (byte)i), 32, .. Enumerable.Range(127, 32).Select(i => (byte)i), 0]);

        all.ToString().ShouldAllBe(c => c > ' ' && c < 127);
    }

    [Fact]
    public void A_TXT_keeps_keys_values_and_the_difference_between_none_and_empty()
    {
        var text = TextData.Of([new("a", "1"), new("empty", ""), new("flag", null), new("b", "x=y")]);

        text.Attributes.ShouldBe([new("a", "1"), new("empty", ""), new("flag", null), new("b", "x=y")]);
        text.TryGet("A", out var a).ShouldBeTrue();
        a.ShouldBe("1");
        text.TryGet("flag", out var flag).ShouldBeTrue();
        flag.ShouldBeNull();
        text.TryGet("c", out _).ShouldBeFalse();
    }

    [Fact]
    public void Of_a_key_that_comes_twice_the_first_counts_RFC_6763_6_4() => Text("k=1", "K=2", "k").Attributes.ShouldBe([new("k", "1")]);

    [Fact]
    public void What_has_no_key_or_no_printable_one_is_ignored_RFC_6763_6_4() =>
        Text("", "=1", "\u0001=1", "é=1", "ok=1").Attributes.ShouldBe([new("ok", "1")]);

    [Fact]
    public void No_attributes_are_one_empty_string_RFC_6763_6_1()
    {
        TextData.Of([]).Strings.ShouldHaveSingleItem().Length.ShouldBe(0);
        TextData.Of([]).Canonical().ShouldBe([0]);
    }

    [Fact]
    public void A_string_has_at_most_255_bytes()
    {
        TextData.Of([new("k", new string('v', 253))]).Strings[0].Length.ShouldBe(255);
        Should.Throw<ArgumentException>(() => TextData.Of([new("k", new string('v', 254))]));
        Should.Throw<ArgumentException>(() => TextData.Of([new("", "v")]));
        Should.Throw<ArgumentException>(() => TextData.Of([new("a=b", "v")]));
        Should.Throw<ArgumentException>(() => TextData.Of([new("é", "v")]));
    }

    private static TextData Text(params string[] strings) => new([.. strings.Select(s => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(s))]);
}
