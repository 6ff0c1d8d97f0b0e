using System.Text;
using CsCheck;
using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

public sealed class DomainNameTests
{
    [Theory]
    [InlineData("_meshara._tcp.local", "085f6d657368617261045f746370056c6f63616c00")]
    [InlineData("_meshara._tcp.local.", "085f6d657368617261045f746370056c6f63616c00")]
    [InlineData(".", "00")]
    [InlineData(@"a\.b.c", "03612e62016300")]
    [InlineData(@"a\\.c", "02615c016300")]
    [InlineData(@"a\\\.c", "04615c2e6300")]
    [InlineData(@"\000\255", "0200ff00")]
    [InlineData(@"\0461", "022e3100")]
    [InlineData(@"a\.", "02612e00")]
    [InlineData(@"a\z", "02617a00")]
    [InlineData("é😀", "06c3a9f09f988000")]
    [InlineData("my printer", "0a6d79207072696e74657200")]
    public void A_name_is_read_from_text(string text, string wire) =>
        Convert.ToHexStringLower(DomainName.Parse(text).Wire).ShouldBe(wire);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a..b", "empty")]
    [InlineData(".a", "empty")]
    [InlineData("a..", "empty")]
    [InlineData("..", "empty")]
    [InlineData(@"a\", "escapes nothing")]
    [InlineData(@"a\1", "three digits")]
    [InlineData(@"a\12", "three digits")]
    [InlineData(@"a\12x", "three digits")]
    [InlineData(@"a\256", "three digits")]
    public void What_is_no_name_is_told_why(string text, string why) =>
        Should.Throw<FormatException>(() => DomainName.Parse(text)).Message.ShouldContain(why);

    // Attributes are kept in UTF-8, which has no place for it.
    [Fact]
    public void Half_a_surrogate_pair_is_no_text()
    {
        Should.Throw<FormatException>(() => DomainName.Parse("a\ud83d")).Message.ShouldContain("surrogate");
        Should.Throw<FormatException>(() => DomainName.Parse("a\\\udc00")).Message.ShouldContain("surrogate");
    }

    [Fact]
    public void A_label_has_63_bytes_at_most()
    {
        DomainName.Parse(new string('a', 63)).WireLength.ShouldBe(65);
        Should.Throw<FormatException>(() => DomainName.Parse(new string('a', 64))).Message.ShouldContain("63");
        Should.Throw<ArgumentException>(() => DomainName.Of(new string('a', 64)));
        Should.Throw<ArgumentException>(() => DomainName.Of(new string('é', 32)));
        Should.Throw<ArgumentException>(() => DomainName.Of("a", ""));
        Should.Throw<ArgumentException>(() => DomainName.Of("\udc00"));
        Should.Throw<ArgumentException>(() => DomainName.Root.Child(""));
        Should.Throw<ArgumentException>(() => DomainName.Root.Child(new string('a', 64)));
    }

    [Fact]
    public void A_name_has_255_bytes_at_most_on_the_wire()
    {
        string[] three = [.. Enumerable.Repeat(new string('a', 63), 3)];
        var longest = DomainName.Of([.. three, new string('b', 61)]);

        longest.WireLength.ShouldBe(255);
        Should.Throw<ArgumentException>(() => DomainName.Of([.. three, new string('b', 62)])).Message.ShouldContain("255");
        var parsing = Should.Throw<FormatException>(() => DomainName.Parse(string.Join('.', [.. three, new string('b', 62)])));
        parsing.Message.ShouldContain("255");
        DomainName.Of([.. three, new string('b', 59)]).Child("c").WireLength.ShouldBe(255);
        var parent = DomainName.Of([.. three, new string('b', 60)]);
        Should.Throw<ArgumentException>(() => parent.Child("c")).Message.ShouldContain("255");
    }

    [Fact]
    public void Labels_may_have_dots_in_them()
    {
        var name = DomainName.Of("Dr. Who's.", "_http", "_tcp", "local");

        name.Labels.Select(l => Encoding.UTF8.GetString(l.Span)).ShouldBe(["Dr. Who's.", "_http", "_tcp", "local"]);
        name.FirstLabel.ShouldBe("Dr. Who's.");
        name.ToString().ShouldBe(@"Dr\. Who's\.._http._tcp.local");
        name.ShouldBe(DomainName.Parse("_http._tcp.local").Child("Dr. Who's."));
    }

    [Fact]
    public void The_parent_is_without_the_first_label()
    {
        DomainName.Parse("a.b.c").Parent.ShouldBe(DomainName.Parse("b.c"));
        DomainName.Parse("a").Parent.ShouldBe(DomainName.Root);
        DomainName.Root.Parent.ShouldBe(DomainName.Root);
        DomainName.Of().ShouldBeSameAs(DomainName.Root);
        DomainName.Root.FirstLabel.ShouldBeEmpty();
        DomainName.Root.Labels.ShouldBeEmpty();
        DomainName.Root.WireLength.ShouldBe(1);
        DomainName.Root.ToString().ShouldBe(".");
    }

    [Theory]
    [InlineData("a.local", "LOCAL", true)]
    [InlineData("a.b.local", "B.local", true)]
    [InlineData("a.local", ".", true)]
    [InlineData("local", "local", false)]
    [InlineData("local", "a.local", false)]
    [InlineData("alocal", "local", false)]
    [InlineData(@"a\005local", "local", false)]
    [InlineData("a.local", "b.local", false)]
    [InlineData(".", ".", false)]
    public void A_name_is_under_those_it_ends_with(string name, string ancestor, bool under) =>
        DomainName.Parse(name).IsUnder(DomainName.Parse(ancestor)).ShouldBe(under);

    [Theory]
    [InlineData("Printer.LOCAL", "pRINTER.local", true)]
    [InlineData("ÉCOLE.local", "éCOLE.local", false)]
    [InlineData("ÉCOLE.local", "École.local", true)]
    [InlineData("a@", "a`", false)]
    [InlineData("a[", "a{", false)]
    [InlineData("k", "\u212a", false)]
    [InlineData("a.b", @"a\.b", false)]
    public void The_case_of_ASCII_letters_is_ignored_and_of_no_others(string one, string other, bool same)
    {
        var (a, b) = (DomainName.Parse(one), DomainName.Parse(other));

        a.Equals(b).ShouldBe(same);
        (a.GetHashCode() == b.GetHashCode()).ShouldBe(same);
    }

    [Fact]
    public void A_name_keeps_the_case_it_came_in() => DomainName.Parse("PrInTeR.Local").ToString().ShouldBe("PrInTeR.Local");

    [Theory]
    [InlineData("a\u001b[2J", @"a\027[2J")]
    [InlineData("a\r\n\0", @"a\013\010\000")]
    [InlineData("\u007f\u0085", @"\127\194\133")]
    [InlineData("a\u202eb", @"a\226\128\174b")]
    [InlineData("\u2028", @"\226\128\168")]
    [InlineData("\u00a0", @"\194\160")]
    [InlineData("Küche 😀", "Küche 😀")]
    public void What_a_name_could_do_to_a_log_it_cannot(string label, string shown) =>
        DomainName.Of(label).ToString().ShouldBe(shown);

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_escaped_and_as_text_replaced()
    {
        var name = DomainName.Parse(@"a\255\195");

        name.ToString().ShouldBe(@"a\255\195");
        name.FirstLabel.ShouldBe("a\ufffd\ufffd");
    }

    [Fact]
    public void Text_and_name_are_one_to_one() => Some.AnyName.Sample(
        name => DomainName.Parse(name.ToString()).Wire.SequenceEqual(name.Wire) && !name.ToString().Any(char.IsControl));
}
