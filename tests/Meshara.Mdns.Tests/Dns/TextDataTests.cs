using System.Text;
using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

public sealed class TextDataTests
{
    [Fact]
    public void An_attribute_is_a_string_with_an_equals_sign() =>
        Wire(Of(("txtvers", "1"), ("name", "é"))).ShouldBe("09747874766572733d31" + "076e616d653dc3a9");

    [Fact]
    public void A_key_without_a_value_has_no_equals_sign_and_one_with_an_empty_value_has()
    {
        Wire(Of(("a", null), ("b", ""))).ShouldBe("0161" + "02623d");
        Of(("a", null), ("b", "")).Attributes.ShouldBe([new("a", null), new("b", "")]);
    }

    [Fact]
    public void No_attributes_are_one_empty_string()
    {
        Wire(Of()).ShouldBe("00");
        Wire(new TextData([])).ShouldBe("00");
        Wire(new TextData(default)).ShouldBe("00");
        Of().Strings.ShouldHaveSingleItem().Length.ShouldBe(0);
        Of().Attributes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=b")]
    [InlineData("é")]
    [InlineData("a\tb")]
    [InlineData("a\u007f")]
    public void A_key_is_of_printable_ASCII_without_an_equals_sign(string key) =>
        Should.Throw<ArgumentException>(() => Of((key, "1"))).Message.ShouldContain("key");

    [Fact]
    public void A_key_may_have_blanks_and_signs() => Of((" a-~!", "1")).TryGet(" a-~!", out _).ShouldBeTrue();

    [Fact]
    public void A_key_does_not_come_twice() =>
        Should.Throw<ArgumentException>(() => Of(("a", "1"), ("A", "2"))).Message.ShouldContain("twice");

    [Fact]
    public void A_string_has_255_bytes_at_most()
    {
        Of(("k", new string('x', 253))).Strings[0].Length.ShouldBe(255);
        Should.Throw<ArgumentException>(() => Of(("k", new string('x', 254)))).Message.ShouldContain("255");
        Should.Throw<ArgumentException>(() => Of(("k", new string('é', 127)))).Message.ShouldContain("255");
        Should.Throw<ArgumentException>(() => new TextData([new byte[256]]));
        Should.Throw<ArgumentException>(() => new TextData([.. Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[255], 256)]));
    }

    [Theory]
    [InlineData("version")]
    [InlineData("VERSION")]
    [InlineData("vErSiOn")]
    public void A_key_is_found_in_any_case(string key)
    {
        Strings("Version=1").TryGet(key, out var value).ShouldBeTrue();
        value.ShouldBe("1");
    }

    [Fact]
    public void The_first_of_a_key_counts()
    {
        var text = Strings("a", "A=1", "b=2", "B=3", "b");

        text.TryGet("a", out var a).ShouldBeTrue();
        text.TryGet("b", out var b).ShouldBeTrue();
        (a, b).ShouldBe((null, "2"));
        text.Attributes.ShouldBe([new("a", null), new("b", "2")]);
    }

    [Fact]
    public void A_key_that_is_not_there_is_not_found()
    {
        Strings("ab=1").TryGet("a", out var value).ShouldBeFalse();
        value.ShouldBeNull();
    }

    [Fact]
    public void Strings_without_a_key_are_passed_over()
    {
        var text = Strings("=x", "", "=", "a=1");

        text.TryGet("", out _).ShouldBeFalse();
        text.Attributes.ShouldBe([new("a", "1")]);
        text.Strings.Length.ShouldBe(4);
    }

    [Fact]
    public void Strings_whose_key_is_not_printable_are_passed_over() =>
        Strings("\u001b[2J=1", "é=2", "a=3").Attributes.ShouldBe([new("a", "3")]);

    [Fact]
    public void A_value_may_have_equals_signs() => Strings("a=b=c==").Attributes.ShouldBe([new("a", "b=c==")]);

    [Fact]
    public void A_value_that_is_not_UTF_8_is_read_with_replacements()
    {
        new TextData([Bytes.OfHex("613d ff 62")]).TryGet("a", out var value).ShouldBeTrue();
        value.ShouldBe("\ufffdb");
    }

    [Fact]
    public void Two_are_equal_by_their_strings_byte_by_byte()
    {
        Strings("a=1", "b").ShouldBe(Strings("a=1", "b"));
        Strings("a=1", "b").GetHashCode().ShouldBe(Strings("a=1", "b").GetHashCode());
        Strings("a=1", "b").ShouldNotBe(Strings("A=1", "b"));
        Strings("a=1", "b").ShouldNotBe(Strings("b", "a=1"));
        Strings("ab").ShouldNotBe(Strings("a", "b"));
        Strings("a").ShouldNotBe(Strings("a", ""));
    }

    private static TextData Of(params (string Key, string? Value)[] attributes) =>
        TextData.Of(attributes.Select(a => KeyValuePair.Create(a.Key, a.Value)));

    private static TextData Strings(params string[] strings) =>
        new([.. strings.Select(s => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(s))]);

    private static string Wire(TextData text) => Convert.ToHexStringLower(text.Canonical());
}
