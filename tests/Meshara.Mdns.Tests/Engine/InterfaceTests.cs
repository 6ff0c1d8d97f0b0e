using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>Several interfaces, and what happens to them (RFC 6762 sections 8.4, 10.2 and 14).</summary>
public sealed class InterfaceTests
{
    private static readonly MdnsInterface Eth = FakeHost.InterfaceOf(Bench.Eth, "10.0.0.1", "fe80::1");
    private static readonly MdnsInterface Wlan = FakeHost.InterfaceOf(Bench.Wlan, "172.17.0.1");

    private readonly Bench _bench = new();

    [Fact]
    public void Each_interface_tells_its_own_addresses_only_RFC_6762_14()
    {
        _bench.Use(Eth, Wlan);
        _bench.Publish().Browse().Pass(10);
        foreach (var link in new[] { Bench.Eth, Bench.Wlan })
        {
            _bench.Hear(Stranger.Query(Stranger.Browse(), new(Bench.Host, RecordType.Any)), at: link);
            _bench.Hear(Stranger.Query(new Question(Bench.Host, RecordType.Any)), Stranger.At(2, port: 40000), at: link);
        }

        _bench.Pass(5);
        Addresses(Bench.Eth).ShouldBe(["10.0.0.1", "fe80::1"]);
        Addresses(Bench.Wlan).ShouldBe(["172.17.0.1"]);
    }

    [Fact]
    public void What_is_asked_on_one_link_is_answered_there_only_RFC_6762_14()
    {
        _bench.Use(Eth, Wlan);
        _bench.Established().Hear(Stranger.Query(Stranger.Browse()), at: Bench.Wlan);
        _bench.Pass(5);

        _bench.Responses.ShouldHaveSingleItem().Interface.ShouldBe(Bench.Wlan);
    }

    [Fact]
    public void A_new_interface_is_probed_announced_and_browsed_RFC_6762_8_1()
    {
        _bench.Publish().Browse().Pass(10);
        _bench.Wire.Clear();
        _bench.Use(Eth, Wlan);
        _bench.Pass(1.9);

        _bench.Probes.Select(p => p.Interface).ShouldBe([Bench.Wlan, Bench.Wlan, Bench.Wlan]);
        _bench.Responses.ShouldAllBe(r => r.Interface == Bench.Wlan);
        _bench.Queries.ShouldContain(q => q.Interface == Bench.Wlan);
    }

    [Fact]
    public void What_an_interface_taught_goes_with_it_RFC_6762_10_2()
    {
        _bench.Use(Eth, Wlan);
        _bench.Browse();
        _bench.Hear(Stranger.Response(Stranger.All("here")), at: Bench.Eth);
        _bench.Hear(Stranger.Response(Stranger.All("there", "172.17.0.2")), at: Bench.Wlan);
        _bench.Hear(Stranger.Response(Stranger.All("both", "10.0.0.3")), at: Bench.Eth);
        _bench.Hear(Stranger.Response(Stranger.All("both", "172.17.0.3")), at: Bench.Wlan);
        _bench.Told.Clear();
        _bench.Use(Eth);

        var lost = _bench.Told.OfType<EngineOutput.Lost>().ShouldHaveSingleItem();
        (lost.Name.FirstLabel, lost.Why).ShouldBe(("there", LostBy.Interface));
        _bench.Told.OfType<EngineOutput.Found>().ShouldHaveSingleItem().Sighting.Addresses.ShouldHaveSingleItem();
        _bench.Hear(Stranger.Response(Stranger.All("late")), at: Bench.Wlan);
        _bench.Told.Count.ShouldBe(2);
    }

    [Fact]
    public void One_that_is_seen_by_two_interfaces_is_one_with_all_addresses_RFC_6762_14()
    {
        _bench.Use(Eth, Wlan);
        _bench.Browse();
        _bench.Hear(Stranger.Response([.. Stranger.All("both", "10.0.0.3"), Stranger.A("both", "fe80::3")]), at: Bench.Eth);
        _bench.Hear(Stranger.Response([.. Stranger.All("both", "172.17.0.3"), Stranger.A("both", "fe80::3")]), at: Bench.Wlan);

        _bench.Engine.Sightings.ShouldHaveSingleItem().Addresses.Select(a => a.ToString())
            .ShouldBe(["10.0.0.3", "172.17.0.3", "fe80::3%2", "fe80::3%3"], ignoreOrder: true);
    }

    [Fact]
    public void Another_network_makes_all_forgotten_and_asked_anew_though_the_link_local_address_stays_RFC_6762_10_2()
    {
        _bench.Browse().Pass(100);
        _bench.Hear(Stranger.Response(Stranger.All("some")));
        _bench.Wire.Clear();
        _bench.Use(FakeHost.InterfaceOf(Bench.Eth, "192.168.5.1", "fe80::1"));

        _bench.Told.OfType<EngineOutput.Lost>().ShouldHaveSingleItem().Why.ShouldBe(LostBy.Interface);
        _bench.Pass(0.2);
        _bench.Queries.ShouldHaveSingleItem().Message.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void Another_address_in_the_same_network_makes_nothing_forgotten_RFC_6762_10_2()
    {
        // As the system tells it: each of its addresses, with the length of the prefix.
        MdnsInterface With(string address) =>
            FakeHost.InterfaceOf(Bench.Eth, address) with { Subnets = [(IPAddress.Parse(address), 24)] };
        _bench.Use(With("10.0.0.1"));
        _bench.Browse().Hear(Stranger.Response(Stranger.All("some")));
        _bench.Use(With("10.0.0.7"));

        _bench.Told.OfType<EngineOutput.Lost>().ShouldBeEmpty();
    }

    [Fact]
    public void An_address_that_comes_to_the_link_local_one_makes_nothing_forgotten_RFC_6762_10_2()
    {
        _bench.Use(FakeHost.InterfaceOf(Bench.Eth, "fe80::1"));
        _bench.Browse().Hear(Stranger.Response(Stranger.All("some")));
        _bench.Use(Eth);

        _bench.Told.OfType<EngineOutput.Lost>().ShouldBeEmpty();
    }

    [Fact]
    public void A_changed_address_gets_a_goodbye_and_the_new_one_two_announcements_RFC_6762_8_4()
    {
        _bench.Established().Use(FakeHost.InterfaceOf(Bench.Eth, "10.0.0.7", "fe80::1"));
        _bench.Pass(5);

        _bench.Probes.ShouldBeEmpty();
        var said = _bench.Responses.ToList();
        said.Count.ShouldBe(2);
        said[0].Message.Answers.Where(r => r.Ttl == 0).ShouldHaveSingleItem().Data
            .ShouldBe(new AddressData(IPAddress.Parse("10.0.0.1")));
        said.ShouldAllBe(s =>
            s.Message.Answers.Any(r => r.Ttl > 0 && r.Data.Equals(new AddressData(IPAddress.Parse("10.0.0.7")))));
        (said[1].At - said[0].At).ShouldBe(TimeSpan.FromSeconds(1));
        _bench.Told.ShouldBeEmpty();
    }

    [Fact]
    public void Who_sees_an_address_change_has_the_new_one_only_RFC_6762_10_2()
    {
        var lan = new FakeLan();
        var (one, other) = (lan.Add("one", 1).Browse(), lan.Add("other", 2).Publish());
        lan.Pass(10);
        other.Engine.Use([other.Interface("10.0.0.77")], lan.Now);
        other.Flush();
        lan.Pass(3);

        one.Engine.Sightings.ShouldHaveSingleItem().Addresses.ShouldHaveSingleItem().ToString().ShouldBe("10.0.0.77");
        one.Told.ShouldAllBe(t => t is EngineOutput.Found);
    }

    [Fact]
    public void An_interface_without_address_publishes_nothing_until_it_has_one_RFC_6762_8_1()
    {
        var without = Eth with { Addresses = [], Subnets = [] };
        _bench.Use(without);
        _bench.Publish().Pass(5);
        _bench.Wire.ShouldBeEmpty();
        _bench.Use(Eth);
        _bench.Pass(5);
        _bench.Responses.Count().ShouldBe(2);
        _bench.Use(without);
        _bench.Responses.Last().Message.Answers.ShouldAllBe(r => r.Ttl == 0);
    }

    [Fact]
    public void Interfaces_that_are_the_same_as_before_change_nothing_RFC_6762_8_4()
    {
        _bench.Established().Use(FakeHost.InterfaceOf(Bench.Eth, "10.0.0.1", "fe80::1"));
        _bench.Pass(5);

        _bench.Wire.ShouldBeEmpty();
    }

    private IEnumerable<string> Addresses(int link) => _bench.Wire.Where(s => s.Interface == link).SelectMany(s => s.Records)
        .Select(r => r.Data).OfType<AddressData>().Select(a => a.Address.ToString()).Distinct().Order();
}
