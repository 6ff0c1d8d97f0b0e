using Meshara.Mdns.Sockets;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Sockets;

public sealed class InterfaceChangesTests
{
    private static readonly MdnsInterface Eth = Some.Interface(2, "eth0", "192.168.1.7/24");
    private static readonly MdnsInterface Wlan = Some.Interface(3, "wlan0", "192.168.2.7/24", "fe80::7%3/64");

    [Fact]
    public void The_same_interfaces_looked_at_again_are_no_change()
    {
        var again = Some.Interface(3, "wlan0", "192.168.2.7/24", "fe80::7%3/64");

        again.ShouldBe(Wlan);
        again.GetHashCode().ShouldBe(Wlan.GetHashCode());
        InterfaceChanges.Between([Eth, Wlan], [again, Eth]).Any.ShouldBeFalse();
    }

    [Fact]
    public void One_that_came_is_added()
    {
        var changes = InterfaceChanges.Between([Eth], [Eth, Wlan]);

        changes.Added.ShouldBe([Wlan]);
        (changes.Removed.Length, changes.Changed.Length, changes.Any).ShouldBe((0, 0, true));
    }

    [Fact]
    public void One_that_went_is_removed()
    {
        var changes = InterfaceChanges.Between([Eth, Wlan], [Eth]);

        changes.Removed.ShouldBe([Wlan]);
        (changes.Added.Length, changes.Changed.Length, changes.Any).ShouldBe((0, 0, true));
    }

    [Fact]
    public void One_that_was_made_anew_under_its_name_went_and_came()
    {
        var anew = Eth with { Index = 9 };

        var changes = InterfaceChanges.Between([Eth], [anew]);

        changes.Added.ShouldBe([anew]);
        changes.Removed.ShouldBe([Eth]);
        changes.Changed.ShouldBeEmpty();
    }

    public static TheoryData<string> Different =>
        ["eth0 192.168.1.8/24", "eth0 192.168.1.7/16", "eth0 192.168.1.7/24 10.0.0.1/8", "eth1 192.168.1.7/24"];

    [Theory]
    [MemberData(nameof(Different))]
    public void One_with_other_addresses_or_another_name_is_changed_to_what_it_is_now(string now)
    {
        var words = now.Split(' ');
        var changed = Some.Interface(2, words[0], words[1..]);

        var changes = InterfaceChanges.Between([Eth, Wlan], [changed, Wlan]);

        changes.Changed.ShouldBe([changed]);
        (changes.Added.Length, changes.Removed.Length, changes.Any).ShouldBe((0, 0, true));
    }
}
