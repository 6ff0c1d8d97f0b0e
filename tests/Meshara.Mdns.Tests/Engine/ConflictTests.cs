using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>Others who have a name of ours (RFC 6762 section 9).</summary>
public sealed class ConflictTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void A_conflict_renames_on_all_links_RFC_6762_9()
    {
        _bench.Use(FakeHost.InterfaceOf(Bench.Eth, "10.0.0.1"), FakeHost.InterfaceOf(Bench.Wlan, "10.1.0.1"));
        _bench.Publish().Pass(0.3);
        _bench.Hear(Conflict(), at: Bench.Wlan);
        _bench.Wire.Clear();
        _bench.Pass(5);

        var renamed = _bench.Told.OfType<EngineOutput.Renamed>().ShouldHaveSingleItem().Service;
        renamed.Name.FirstLabel.ShouldBe("own (2)");
        foreach (var link in new[] { Bench.Eth, Bench.Wlan })
        {
            _bench.Probes.Count(p => p.Interface == link).ShouldBe(3);
            _bench.Wire.Where(p => p.Interface == link).SelectMany(p => p.Records)
                .ShouldAllBe(r => !r.Name.Equals(Bench.Name) && !r.Name.Equals(Bench.Host));
        }
    }

    [Fact]
    public void A_conflict_with_an_established_name_is_probed_for_and_the_name_kept_if_nobody_defends_it_RFC_6762_9()
    {
        _bench.Established().Hear(Conflict());
        _bench.Pass(5);

        _bench.Probes.Count().ShouldBe(3);
        _bench.Told.ShouldBeEmpty();
        _bench.Responses.Count().ShouldBe(2);
        _bench.Engine.Service!.Name.ShouldBe(Bench.Name);
    }

    [Fact]
    public void The_same_conflict_heard_twice_before_the_probe_is_no_defence_RFC_6762_9()
    {
        // By IPv4 and by IPv6, for instance.
        _bench.Established().Hear(Conflict());
        _bench.Hear(Conflict());
        _bench.Pass(5);

        _bench.Told.ShouldBeEmpty();
    }

    [Fact]
    public void An_established_name_that_is_defended_by_another_is_given_up_RFC_6762_9()
    {
        _bench.Established().Hear(Conflict());
        _bench.Pass(0.3);
        _bench.Hear(Conflict());
        _bench.Pass(5);

        _bench.Told.OfType<EngineOutput.Renamed>().ShouldHaveSingleItem();
        _bench.Responses.Last().Message.Answers.ShouldContain(r => r.Name.Equals(_bench.Engine.Service!.Name));
    }

    [Fact]
    public void A_goodbye_of_other_data_is_no_conflict_RFC_6762_9()
    {
        _bench.Established().Hear(Stranger.Response(Bench.Service.Srv(9999) with { Ttl = 0 }));
        _bench.Pass(5);

        _bench.Wire.ShouldBeEmpty();
    }

    [Fact]
    public void Fifteen_conflicts_in_ten_seconds_slow_down_RFC_6762_8_1()
    {
        _bench.Publish();
        var renamed = new List<TimeSpan>();
        var end = _bench.Now + TimeSpan.FromSeconds(60);
        while (_bench.Now < end)
        {
            // Whoever answers every probe at once.
            var sent = _bench.Probes.Count();
            _bench.Pass(0.01);
            if (_bench.Probes.Count() > sent)
            {
                _bench.Hear(Stranger.Response(_bench.Engine.Service!.Srv(9999)));
                renamed.Add(_bench.Now);
            }
        }

        renamed.Count.ShouldBeInRange(20, 30);
        renamed.Skip(15).Zip(renamed.Skip(14)).ShouldAllBe(p => p.First - p.Second >= TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_record_of_another_interface_of_this_host_is_no_conflict_RFC_6762_9()
    {
        // Both are in the same network: what is said by one is heard by the other.
        var (eth, wlan) = (FakeHost.InterfaceOf(Bench.Eth, "10.0.0.1"), FakeHost.InterfaceOf(Bench.Wlan, "10.0.0.7"));
        _bench.Use(eth);
        _bench.Publish().Pass(5);
        _bench.Use(eth, wlan);
        for (var crossed = 0; _bench.Now < TimeSpan.FromHours(1) + TimeSpan.FromSeconds(20);)
        {
            _bench.Pass(0.005);
            for (; crossed < _bench.Wire.Count; crossed++)
            {
                var sent = _bench.Wire[crossed];
                _bench.Hear(sent.Packet, Bench.Own, at: sent.Interface == Bench.Eth ? Bench.Wlan : Bench.Eth);
            }
        }

        _bench.Told.ShouldBeEmpty();
        _bench.Probes.Count(p => p.Interface == Bench.Eth).ShouldBe(3);
        _bench.Probes.Count(p => p.Interface == Bench.Wlan).ShouldBe(3);
    }

    [Fact]
    public void Interfaces_of_one_network_that_probe_at_once_do_not_hold_each_other_up_RFC_6762_8_2()
    {
        _bench.Use(FakeHost.InterfaceOf(Bench.Eth, "10.0.0.1"), FakeHost.InterfaceOf(Bench.Wlan, "10.0.0.7"));
        _bench.Publish().Pass(0.26);
        foreach (var sent in _bench.Probes.ToList())
        {
            _bench.Hear(sent.Packet, Bench.Own, at: sent.Interface == Bench.Eth ? Bench.Wlan : Bench.Eth);
        }

        _bench.Pass(0.8);
        _bench.Responses.Select(r => r.Interface).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void Our_record_said_by_another_with_a_much_shorter_life_or_none_is_put_right_RFC_6762_6_6()
    {
        foreach (var ttl in new uint[] { 0, 10, 59 })
        {
            _bench.Established().Hear(Stranger.Response(Bench.Service.Srv(7373) with { Ttl = ttl }));
            _bench.Pass(0.9);
            _bench.Responses.ShouldHaveSingleItem().Message.Answers.ShouldContain(r => r.Type == RecordType.Srv && r.Ttl == 120);
        }

        _bench.Established().Hear(Stranger.Response(Bench.Service.Srv(7373) with { Ttl = 60 }));
        _bench.Pass(5);
        _bench.Responses.ShouldBeEmpty();
    }

    private static byte[] Conflict() => Stranger.Response(
        Bench.Service.Srv(9999), new ResourceRecord(Bench.Host, new AddressData(IPAddress.Parse("10.0.0.2")), 120, true));
}
