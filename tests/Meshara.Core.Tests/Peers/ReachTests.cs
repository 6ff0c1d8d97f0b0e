using Meshara.Core.Peers;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class ReachTests
{
    [Theory]
    [InlineData("127.0.0.1:1", "Loopback")]
    [InlineData("[::1]:1", "Loopback")]
    [InlineData("[::ffff:127.0.0.1]:1", "Loopback")]
    [InlineData("169.254.3.4:1", "Link")]
    [InlineData("[fe80::1]:1", "Link")]
    [InlineData("10.1.2.3:1", "Private")]
    [InlineData("172.31.255.255:1", "Private")]
    [InlineData("172.32.0.0:1", "Global")]
    [InlineData("192.168.0.1:1", "Private")]
    [InlineData("100.64.0.1:1", "Private")]
    [InlineData("[fd00::1]:1", "Private")]
    [InlineData("8.8.8.8:1", "Global")]
    [InlineData("[2a00::1]:1", "Global")]
    [InlineData("0.0.0.0:1", "None")]
    [InlineData("[::]:1", "None")]
    [InlineData("224.0.0.251:1", "None")]
    [InlineData("255.255.255.255:1", "None")]
    [InlineData("[ff02::fb]:1", "None")]
    [InlineData("192.0.2.1:1", "None")]
    [InlineData("node.example:1", "Name")]
    public void An_address_reaches_as_far_as_its_range(string address, string reach) =>
        Assert.Equal(Enum.Parse<Reach>(reach), AddressReach.Of(PeerAddress.Parse(address)));

    [Fact]
    public void A_scope_does_not_hide_a_link_address() =>
        Assert.Equal(Reach.Link, AddressReach.Of(System.Net.IPAddress.Parse("fe80::1%4")));

    [Theory]
    [InlineData("8.8.1.1:1", "8.8.200.9:7", true)]
    [InlineData("8.8.1.1:1", "8.9.1.1:1", false)]
    [InlineData("[2a00:1::1]:1", "[2a00:1:ffff::2]:1", true)]
    [InlineData("[2a00:1::1]:1", "[2a00:2::1]:1", false)]
    [InlineData("127.0.0.1:1", "[fd00::1]:1", true)]
    [InlineData("10.0.0.1:1", "192.168.1.1:1", true)]
    [InlineData("[::ffff:8.8.1.1]:1", "8.8.2.2:1", true)]
    public void Addresses_of_one_operator_are_one_group(string one, string other, bool same) =>
        Assert.Equal(same, NetworkGroup.Of(PeerAddress.Parse(one)) == NetworkGroup.Of(PeerAddress.Parse(other)));

    [Fact]
    public void Local_addresses_are_of_no_range() =>
        Assert.Null(NetworkGroup.RangeOf(System.Net.IPAddress.Parse("192.168.1.1")));
}
