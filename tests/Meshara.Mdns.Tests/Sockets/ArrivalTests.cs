using System.Net;
using System.Net.Sockets;
using Meshara.Mdns.Sockets;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Sockets;

public sealed class ArrivalTests
{
    private static readonly MdnsInterface Lo = Some.Interface(1, "lo", "127.0.0.1/8", "::1/128");

    private static readonly MdnsInterface Eth =
        Some.Interface(2, "eth0", "192.168.1.7/24", "10.1.2.3/21", "0.0.0.0/0", "2001:db8:1:2::7/64", "fe80::7%2/64");

    [Theory]
    [InlineData("192.168.1.200", true)]
    [InlineData("192.168.2.1", false)]
    [InlineData("10.1.7.255", true)]
    [InlineData("10.1.8.0", false)]
    [InlineData("8.8.8.8", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("2001:db8:1:2:ffff::1", true)]
    [InlineData("2001:db8:1:3::1", false)]
    [InlineData("fe80::1234%2", true)]
    [InlineData("fe80::1234%3", true)]
    [InlineData("::1", false)]
    [InlineData("::ffff:192.168.1.200", false)]
    public void A_source_is_on_link_if_it_is_in_a_subnet_of_the_interface_or_link_local(string source, bool expected) =>
        OnLink.IsOnLink(Eth, IPAddress.Parse(source)).ShouldBe(expected);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.5.6.7")]
    [InlineData("::1")]
    [InlineData("192.168.1.7")]
    public void What_comes_by_loopback_is_of_this_host(string source) =>
        OnLink.IsOnLink(Lo, IPAddress.Parse(source)).ShouldBeTrue();

    [Theory]
    [InlineData("10.0.0.1", 32, "10.0.0.1", true)]
    [InlineData("10.0.0.1", 32, "10.0.0.2", false)]
    [InlineData("10.0.0.1", 31, "10.0.0.0", true)]
    [InlineData("10.0.0.1", 1, "127.255.255.254", false)]
    [InlineData("10.0.0.1", 1, "126.0.0.1", true)]
    [InlineData("10.0.0.1", 1, "200.0.0.1", false)]
    [InlineData("10.0.0.1", 0, "10.0.0.2", false)]
    [InlineData("10.0.0.1", 33, "10.0.0.1", false)]
    [InlineData("2001:db8::1", 128, "2001:db8::1", true)]
    [InlineData("2001:db8::1", 127, "2001:db8::2", false)]
    public void A_prefix_is_compared_to_its_last_bit(string subnet, int length, string source, bool expected) =>
        OnLink.IsOnLink(Some.Interface(2, "eth0", $"{subnet}/{length}"), IPAddress.Parse(source)).ShouldBe(expected);

    [Theory]
    [InlineData("192.168.1.9", "224.0.0.251", (int)Verdict.Heard)]
    [InlineData("8.8.8.8", "224.0.0.251", (int)Verdict.Heard)]
    [InlineData("fe80::9%2", "ff02::fb", (int)Verdict.Heard)]
    [InlineData("fe80::9%2", "ff02::fb%2", (int)Verdict.Heard)]
    [InlineData("192.168.1.9", "192.168.1.7", (int)Verdict.Heard)]
    [InlineData("8.8.8.8", "192.168.1.7", (int)Verdict.OffLink)]
    [InlineData("2001:db8:9::1", "2001:db8:1:2::7", (int)Verdict.OffLink)]
    [InlineData("192.168.1.9", "224.0.0.1", (int)Verdict.OtherDestination)]
    [InlineData("192.168.1.9", "239.255.255.250", (int)Verdict.OtherDestination)]
    [InlineData("192.168.1.9", "255.255.255.255", (int)Verdict.OtherDestination)]
    [InlineData("fe80::9%2", "ff02::1", (int)Verdict.OtherDestination)]
    public void A_packet_to_the_group_is_heard_and_one_to_us_only_from_the_link(string source, string destination, int verdict) =>
        Arrival.Judge(Eth, IPAddress.Parse(source), IPAddress.Parse(destination), SocketFlags.None).ShouldBe((Verdict)verdict);

    [Fact]
    public void A_packet_by_an_interface_that_is_not_used_is_not_heard() =>
        Arrival.Judge(null, IPAddress.Parse("192.168.1.9"), MdnsGroup.IPv4, SocketFlags.None).ShouldBe(Verdict.OtherInterface);

    [Fact]
    public void A_packet_that_was_cut_off_is_not_heard() =>
        Arrival.Judge(Eth, IPAddress.Parse("192.168.1.9"), MdnsGroup.IPv4, SocketFlags.Truncated).ShouldBe(Verdict.TooLarge);
}
