using System.Net;
using CsCheck;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("192.0.2.1:7373", "192.0.2.1:7373")]
    [InlineData("0.0.0.0:1", "0.0.0.0:1")]
    [InlineData("[2001:db8::1]:7373", "[2001:db8::1]:7373")]
    [InlineData("[2001:0DB8:0:0::1]:65535", "[2001:db8::1]:65535")]
    [InlineData("[::1]:1", "[::1]:1")]
    [InlineData("[fe80::1%2]:7373", "[fe80::1%2]:7373")]
    [InlineData("[::ffff:192.0.2.1]:7373", "192.0.2.1:7373")]
    public void An_IP_address_is_read_and_written(string text, string written)
    {
        var address = PeerAddress.Parse(text);

        address.ShouldBeOfType<PeerAddress.Ip>();
        address.ToString().ShouldBe(written);
        PeerAddress.Parse(written).ShouldBe(address);
    }

    [Theory]
    [InlineData("node.example:7373", "node.example:7373")]
    [InlineData("Node.EXAMPLE:7373", "node.example:7373")]
    [InlineData("node.example.:7373", "node.example:7373")]
    [InlineData("localhost:1", "localhost:1")]
    [InlineData("my_host-1:80", "my_host-1:80")]
    [InlineData("1.example:80", "1.example:80")]
    [InlineData("xn--bcher-kva.example:80", "xn--bcher-kva.example:80")]
    public void A_name_is_read_and_written(string text, string written)
    {
        var address = PeerAddress.Parse(text);

        address.ShouldBeOfType<PeerAddress.Dns>();
        address.ToString().ShouldBe(written);
    }

    [Theory]
    [InlineData(null, "An address is HOST:PORT, at most 259 characters.")]
    [InlineData("", "An address is HOST:PORT, at most 259 characters.")]
    [InlineData("   ", "An address is HOST:PORT, at most 259 characters.")]
    [InlineData("node.example", "'node.example' is no HOST:PORT; an IPv6 address stands in brackets, such as [2001:db8::1]:7373.")]
    [InlineData("7373", "'7373' is no HOST:PORT; an IPv6 address stands in brackets, such as [2001:db8::1]:7373.")]
    [InlineData(":7373", "':7373' is no HOST:PORT; an IPv6 address stands in brackets, such as [2001:db8::1]:7373.")]
    [InlineData("2001:db8::1:7373", "'2001:db8::1:7373' is no HOST:PORT; an IPv6 address stands in brackets, such as [2001:db8::1]:7373.")]
    [InlineData("host:", "'' is no port; a port is 1 to 65535.")]
    [InlineData("host:0", "'0' is no port; a port is 1 to 65535.")]
    [InlineData("host:65536", "'65536' is no port; a port is 1 to 65535.")]
    [InlineData("host:-1", "'-1' is no port; a port is 1 to 65535.")]
    [InlineData("host:+1", "'+1' is no port; a port is 1 to 65535.")]
    [InlineData("host: 80", "' 80' is no port; a port is 1 to 65535.")]
    [InlineData("host:http", "'http' is no port; a port is 1 to 65535.")]
    [InlineData("[192.0.2.1]:80", "'[192.0.2.1]' is neither an IP address nor a host name.")]
    [InlineData("[2001:db8::1:80", "'[2001:db8::1' is neither an IP address nor a host name.")]
    [InlineData("127.1:80", "'127.1' is neither an IP address nor a host name.")]
    [InlineData("2130706433:80", "'2130706433' is neither an IP address nor a host name.")]
    [InlineData("0x7f.0.0.1:80", "'0x7f.0.0.1' is neither an IP address nor a host name.")]
    [InlineData("192.0.2.256:80", "'192.0.2.256' is neither an IP address nor a host name.")]
    [InlineData("192.0.2.01:80", "'192.0.2.01' is neither an IP address nor a host name.")]
    [InlineData("-host:80", "'-host' is neither an IP address nor a host name.")]
    [InlineData("host-:80", "'host-' is neither an IP address nor a host name.")]
    [InlineData("a..b:80", "'a..b' is neither an IP address nor a host name.")]
    [InlineData("a..:80", "'a..' is neither an IP address nor a host name.")]
    [InlineData(".:80", "'.' is neither an IP address nor a host name.")]
    [InlineData("ho st:80", "'ho st' is neither an IP address nor a host name.")]
    [InlineData("bücher.example:80", "'bücher.example' is neither an IP address nor a host name.")]
    [InlineData("http://host:80", "'http://host:80' is no HOST:PORT; an IPv6 address stands in brackets, such as [2001:db8::1]:7373.")]
    public void What_is_wrong_is_said_in_one_sentence(string? text, string error)
    {
        PeerAddress.TryParse(text, out var address, out var said).ShouldBeFalse();

        address.ShouldBeNull();
        said.ShouldBe(error);
        Should.Throw<FormatException>(() => PeerAddress.Parse(text!)).Message.ShouldBe(error);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void A_label_has_at_most_63_characters(int length, bool allowed) =>
        PeerAddress.TryParse(new string('a', length) + ":80", out _, out _).ShouldBe(allowed);

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, false)]
    public void A_name_has_at_most_253_characters(int length, bool allowed)
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', 62), 4)) + "." + new string('b', length - 252);

        name.Length.ShouldBe(length);
        PeerAddress.TryParse(name + ":80", out _, out _).ShouldBe(allowed);
    }

    [Fact]
    public void Addresses_are_equal_by_value()
    {
        PeerAddress.Of(IPAddress.Loopback, 1).ShouldBe(PeerAddress.Parse("127.0.0.1:1"));
        PeerAddress.Of(IPAddress.Loopback, 1).ShouldNotBe(PeerAddress.Parse("127.0.0.1:2"));
        PeerAddress.Parse("127.0.0.1:1").ShouldNotBe(PeerAddress.Parse("localhost:1"));
        PeerAddress.Of(IPAddress.Parse("::ffff:192.0.2.1"), 5).GetHashCode().ShouldBe(PeerAddress.Parse("192.0.2.1:5").GetHashCode());
    }

    [Fact]
    public void Port_0_is_no_address() => Should.Throw<ArgumentOutOfRangeException>(() => PeerAddress.Of(IPAddress.Loopback, 0));

    [Fact]
    public void Whatever_is_written_is_read_back() => Gen.Select(Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]), Gen.Int[1, 65535]).Sample((ip, port) =>
    {
        var address = PeerAddress.Of(new IPAddress(ip), port);
        return PeerAddress.Parse(address.ToString()) == address;
    });

    [Fact]
    public void No_text_at_all_makes_it_throw() => Gen.String.Sample(
        text => PeerAddress.TryParse(text, out var address, out var error) ? PeerAddress.Parse(address.ToString()) == address : error.Length > 0);

    [Fact]
    public void A_target_may_name_who_must_be_there()
    {
        var id = new string('a', 64);

        PeerTarget.Parse($"node.example:7373@{id}").ShouldBe(new PeerTarget(PeerAddress.Parse("node.example:7373"), NodeId.Parse(id)));
        PeerTarget.Parse("node.example:7373").Expected.ShouldBeNull();
        PeerTarget.Parse($"[::1]:1@{id}").ToString().ShouldBe($"[::1]:1@{id}");
    }

    [Theory]
    [InlineData("node.example:7373@", "A node id is 64 hex digits; this one is empty.")]
    [InlineData("node.example:7373@abc", "A node id is 64 hex digits; this one has 3 characters.")]
    [InlineData("node.example@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "'node.example' is no HOST:PORT; an IPv6 address stands in brackets, such as [2001:db8::1]:7373.")]
    [InlineData("", "An address is HOST:PORT, at most 259 characters.")]
    [InlineData(null, "An address is HOST:PORT, at most 259 characters.")]
    public void What_is_wrong_with_a_target_is_said_too(string? text, string error)
    {
        PeerTarget.TryParse(text, out _, out var said).ShouldBeFalse();

        said.ShouldBe(error);
    }
}
