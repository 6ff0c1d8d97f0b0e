using System.Collections.Immutable;
using System.Net;
using Meshara.Mdns.Sockets;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Sockets;

public sealed class InterfaceFilterTests
{
    private static readonly MdnsInterface Lo = Some.Interface(1, "lo", "127.0.0.1/8", "::1/128");
    private static readonly MdnsInterface Eth = Some.Interface(2, "eth0", "192.168.1.7/24", "fe80::7%2/64");
    private static readonly MdnsInterface Docker = Some.Interface(3, "docker0", "172.17.0.1/16");

    [Theory]
    [InlineData("eth0", true)]
    [InlineData("enp3s0", true)]
    [InlineData("wlan0", true)]
    [InlineData("Ethernet 2", true)]
    [InlineData("br0", true)]
    [InlineData("docker0", false)]
    [InlineData("br-1f2e3d", false)]
    [InlineData("veth12ab", false)]
    [InlineData("virbr0", false)]
    [InlineData("vmnet8", false)]
    [InlineData("vboxnet0", false)]
    [InlineData("tun0", false)]
    [InlineData("tap1", false)]
    [InlineData("wg0", false)]
    [InlineData("utun3", false)]
    [InlineData("tailscale0", false)]
    [InlineData("ztabcdef", false)]
    [InlineData("cni0", false)]
    [InlineData("flannel.1", false)]
    [InlineData("podman0", false)]
    public void By_default_bridges_of_containers_and_tunnels_are_left_out(string name, bool used) =>
        InterfaceFilter.Default.Allows(name, []).ShouldBe(used);

    [Theory]
    [InlineData("eth0", "", "eth0", true)]
    [InlineData("eth0", "", "eth1", false)]
    [InlineData("eth?", "", "eth1", true)]
    [InlineData("eth?", "", "eth10", false)]
    [InlineData("*", "docker*", "docker0", true)]
    [InlineData("docker0", "docker*", "docker0", true)]
    [InlineData("docker0", "docker*", "docker1", false)]
    [InlineData("192.168.1.7", "", "eth0", true)]
    [InlineData("192.168.1.8", "", "eth0", false)]
    [InlineData("fe80::7", "", "eth0", true)]
    [InlineData("", "192.168.1.7", "eth0", false)]
    [InlineData("", "eth*", "eth0", false)]
    [InlineData("", "ETH*", "eth0", true)]
    [InlineData("", "", "docker0", true)]
    public void What_is_included_is_used_alone_whatever_is_excluded(string include, string exclude, string name, bool used) =>
        new InterfaceFilter(Split(include), Split(exclude))
            .Allows(name, [IPAddress.Parse("192.168.1.7"), IPAddress.Parse("fe80::7%2")]).ShouldBe(used);

    [Fact]
    public void Loopback_is_not_used_beside_another() => InterfaceFilter.Default.Select([Docker, Eth, Lo]).ShouldBe([Eth]);

    [Fact]
    public void Loopback_is_used_when_nothing_else_is() => InterfaceFilter.Default.Select([Lo, Docker]).ShouldBe([Lo]);

    [Fact]
    public void Loopback_is_used_when_it_is_included() =>
        new InterfaceFilter(["lo", "eth*"], []).Select([Docker, Eth, Lo]).ShouldBe([Lo, Eth]);

    [Fact]
    public void Loopback_that_is_excluded_is_not_even_the_last_resort() =>
        new InterfaceFilter([], ["lo"]).Select([Lo]).ShouldBeEmpty();

    private static ImmutableArray<string> Split(string entries) =>
        [.. entries.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
