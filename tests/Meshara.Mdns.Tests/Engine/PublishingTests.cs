using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>How a name becomes a host's own, and what it does to keep it (RFC 6762 sections 8 to 10).</summary>
public sealed class PublishingTests
{
    private readonly FakeLan _lan = new();

    [Fact]
    public void Three_probes_250_ms_apart_with_all_records_and_no_flush_bit_8_1()
    {
        var host = _lan.Add("a", 1).Publish();

        _lan.Pass(0.9);

        var probes = _lan.TakeQueries();
        probes.Count.ShouldBe(3);
        (probes[1].At - probes[0].At).ShouldBe(TimeSpan.FromMilliseconds(250));
        (probes[2].At - probes[1].At).ShouldBe(TimeSpan.FromMilliseconds(250));
        var probe = probes[0].Message;
        probe.Questions.ShouldAllBe(q => q.Type == RecordType.Any && !q.UnicastResponse);
        probe.Questions.Select(q => q.Name).ShouldBe([host.Service.Name, host.Service.HostName]);
        probe.Authorities.Select(r => r.Type).ShouldBe([RecordType.Srv, RecordType.Txt, RecordType.A, RecordType.Aaaa]);
        probe.Authorities.ShouldAllBe(r => !r.CacheFlush);
    }

    [Fact]
    public void Two_announcements_a_second_apart_with_the_flush_bit_on_what_is_unique_alone_8_3_and_10_2()
    {
        _lan.Add("a", 1).Publish();

        _lan.Pass(30);

        var said = _lan.TakeResponses();
        said.Count.ShouldBe(2);
        (said[1].At - said[0].At).ShouldBe(TimeSpan.FromSeconds(1));
        said[0].Message.Answers.Where(r => r.CacheFlush).Select(r => r.Type).Distinct()
            .ShouldBe([RecordType.Srv, RecordType.Txt, RecordType.A, RecordType.Aaaa]);
        said[0].Message.Answers.Where(r => !r.CacheFlush).Select(r => r.Type).Distinct().ShouldBe([RecordType.Ptr]);
    }

    [Fact]
    public void Nothing_is_answered_before_the_name_is_won()
    {
        _lan.Add("a", 1).Publish();
        _lan.Pass(0.3);

        _lan.Say(Wire.Query([Wire.Browse()]));
        _lan.Pass(0.15);

        _lan.TakeResponses().ShouldBeEmpty();
    }

    [Fact]
    public void A_goodbye_has_no_time_to_live_10_1()
    {
        var host = _lan.Add("a", 1).Publish();
        _lan.Pass(5);
        _lan.Wire.Clear();

        host.Stop();

        var goodbye = _lan.TakeResponses().ShouldHaveSingleItem().Message;
        goodbye.Answers.ShouldAllBe(r => r.Ttl == 0);
        goodbye.Answers.Select(r => r.Type).ShouldContain(RecordType.Ptr);
        goodbye.Answers.ShouldAllBe(r => !r.Name.Equals(OwnRecords.ServiceTypes));
    }

    [Fact]
    public void Of_two_that_probe_at_once_the_earlier_data_waits_and_then_takes_another_name_8_2()
    {
        // The port is what differs first; the later data wins.
        var (lower, higher) = (_lan.Add("x", 1), _lan.Add("x", 2));
        lower.Engine.Publish(lower.Service with { Port = 1 }, _lan.Now);
        higher.Engine.Publish(higher.Service with { Port = 2 }, _lan.Now);

        _lan.Pass(10);

        higher.Told.ShouldBeEmpty();
        lower.Told.OfType<EngineOutput.Renamed>().ShouldHaveSingleItem().Service.Name.FirstLabel.ShouldBe("x (2)");
        lower.Engine.Service!.HostName.FirstLabel.ShouldBe("host-x-2");
    }

    [Fact]
    public void A_name_that_another_host_has_is_left_to_it_9()
    {
        var old = _lan.Add("x", 1).Publish();
        _lan.Pass(5);

        var fresh = _lan.Add("x", 2);
        fresh.Engine.Publish(fresh.Service with { Port = 9999 }, _lan.Now);
        _lan.Pass(5);

        old.Told.ShouldBeEmpty();
        old.Engine.Service!.Attempt.ShouldBe(1);
        fresh.Engine.Service!.Name.FirstLabel.ShouldBe("x (2)");
    }

    [Fact]
    public void One_that_claims_an_established_name_and_does_not_defend_it_changes_nothing_9()
    {
        var host = _lan.Add("x", 1).Publish();
        _lan.Pass(5);
        var rival = new ResourceRecord(host.Service.Name, new ServiceData(0, 0, 1, DomainName.Parse("rival.local")), 120, true);

        _lan.Say(Wire.Response(rival));
        _lan.Wire.Clear();
        _lan.Pass(5);

        _lan.Wire.Count(p => !p.Message.IsResponse).ShouldBe(3);
        _lan.TakeResponses().Count.ShouldBe(2);
        host.Engine.Service!.Attempt.ShouldBe(1);
    }

    [Fact]
    public void A_long_name_makes_room_for_its_number_within_no_character_9()
    {
        var service = new Service(FakeLan.Type, new string('é', 31), new string('h', 63), 1, TextData.Of([])) { Attempt = 12 };

        service.Name.FirstLabel.ShouldBe(new string('é', 29) + " (12)");
        service.HostName.FirstLabel.ShouldBe(new string('h', 60) + "-12");
    }

    [Fact]
    public void Who_takes_every_name_slows_the_search_down_8_1()
    {
        var host = _lan.Add("x", 1).Publish();
        for (var i = 0; i < 600; i++)
        {
            _lan.Pass(0.1);
            foreach (var probe in _lan.TakeQueries().SelectMany(p => p.Message.Authorities).Where(r => r.Type == RecordType.Srv).ToList())
            {
                _lan.Say(Wire.Response(probe with { Data = new ServiceData(0, 0, 1, DomainName.Parse("rival.local")), CacheFlush = true }));
            }
        }

        // Fifteen in quick succession, then one in five seconds.
        host.Engine.Service!.Attempt.ShouldBeInRange(15, 40);
    }

    [Fact]
    public void Our_own_echo_and_the_same_host_on_another_interface_are_no_rivals()
    {
        var host = _lan.Add("a", 1);
        host.Engine.Use([host.Interface(), FakeHost.InterfaceOf(3, "10.0.0.9")], _lan.Now);
        host.Publish();

        // The fake wire carries what either interface sends to the first: both are on one LAN.
        _lan.Pass(10);

        host.Engine.Service!.Attempt.ShouldBe(1);
        host.Told.ShouldBeEmpty();
    }

    [Fact]
    public void Each_interface_has_its_own_addresses_only()
    {
        var host = _lan.Add("a", 1);
        host.Engine.Use([host.Interface("10.0.0.1"), FakeHost.InterfaceOf(3, "172.17.0.1")], _lan.Now);
        host.Engine.Publish(host.Service, _lan.Now);
        _lan.Pass(0.9);
        host.Engine.Advance(_lan.Now);

        foreach (var packet in _lan.Wire.SelectMany(p => new[] { p.Message }))
        {
            var addresses = packet.Answers.Concat(packet.Authorities).Select(r => r.Data).OfType<AddressData>().Select(a => $"{a.Address}").Distinct();
            addresses.Count().ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public void A_new_address_is_announced_and_the_old_one_said_goodbye_to()
    {
        var host = _lan.Add("a", 1).Publish();
        var other = _lan.Add("b", 2).Browse();
        _lan.Pass(10);
        _lan.Wire.Clear();

        host.Engine.Use([host.Interface("10.0.0.77", "fe80::1")], _lan.Now);
        host.Flush();
        _lan.Pass(3);

        _lan.Wire.SelectMany(p => p.Message.Answers).Where(r => r is { Type: RecordType.A, Ttl: 0 })
            .Select(r => ((AddressData)r.Data).Address).ShouldBe([IPAddress.Parse("10.0.0.1")]);
        other.Found.Last().Addresses.Select(a => $"{a}").ShouldBe(["10.0.0.77", "fe80::1%2"]);
        _lan.Wire.Count(p => p.Message is { IsResponse: false, Authorities.Length: > 0 }).ShouldBe(0, "the name is ours already");
    }

    [Fact]
    public void An_interface_without_a_usable_address_publishes_nothing_and_finds_all_the_same()
    {
        var host = _lan.Add("a", 1).Publish();
        _lan.Pass(5);
        var quiet = _lan.Add("b", 2);
        quiet.Engine.Use([quiet.Interface() with { Addresses = [] }], _lan.Now);
        quiet.Publish().Browse();
        _lan.Wire.Clear();

        _lan.Pass(5);

        _lan.Wire.ShouldAllBe(p => p.From.Address.Equals(host.Address) || p.Message.Authorities.IsEmpty && !p.Message.IsResponse);
        quiet.Found.ShouldHaveSingleItem();
    }
}
