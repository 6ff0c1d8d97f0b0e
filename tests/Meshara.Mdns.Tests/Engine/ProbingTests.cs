using System.Net;
using System.Text;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>How a name becomes ours (RFC 6762 section 8).</summary>
public sealed class ProbingTests
{
    private readonly Bench _bench = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Three_probes_a_quarter_second_apart_come_after_at_most_a_quarter_second_RFC_6762_8_1(int seed)
    {
        var bench = new Bench(seed: seed);
        var start = bench.Now;
        bench.Publish().Pass(5);

        var times = Bench.Times(bench.Probes, start);
        times.Length.ShouldBe(3);
        times[0].ShouldBeInRange(0, 250);
        (times[1] - times[0]).ShouldBe(250, 0.001);
        (times[2] - times[1]).ShouldBe(250, 0.001);
        (bench.Responses.First().At - start).TotalMilliseconds.ShouldBe(times[2] + 250, 0.001);
    }

    [Fact]
    public void A_probe_asks_for_both_names_and_holds_all_unique_records_without_cache_flush_RFC_6762_8_1()
    {
        _bench.Publish().Pass(5);

        var probe = _bench.Probes.First().Message;
        probe.Questions.Select(q => (q.Name, q.Type, q.UnicastResponse))
            .ShouldBe([(Bench.Name, RecordType.Any, false), (Bench.Host, RecordType.Any, false)]);
        probe.Authorities.Select(r => r.Type).Order().ShouldBe([RecordType.A, RecordType.Txt, RecordType.Aaaa, RecordType.Srv]);
        probe.Authorities.ShouldAllBe(r => !r.CacheFlush);
        probe.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_answered_before_the_name_is_ours_RFC_6762_8_1()
    {
        _bench.Publish().Pass(0.4);
        _bench.Hear(Stranger.Query(Stranger.Browse(), new(Bench.Name, RecordType.Srv)));
        _bench.Hear(Stranger.Query(new Question(Bench.Name, RecordType.Srv)), Stranger.At(2, port: 40000));
        _bench.Pass(0.09);

        _bench.Wire.ShouldAllBe(s => !s.Message.IsResponse);
    }

    [Fact]
    public void Our_own_probe_that_comes_back_is_no_rival_RFC_6762_8_2()
    {
        _bench.Publish().Pass(5);

        _bench.Probes.Count().ShouldBe(3);
        _bench.Told.ShouldBeEmpty();
    }

    [Fact]
    public void The_later_data_loses_nothing_against_the_earlier_RFC_6762_8_2()
    {
        _bench.Publish().Pass(0.3);
        _bench.Hear(Stranger.Probe(Bench.Service.Srv(1), Bench.Service.Txt("0"), Bench.Service.A("10.0.0.0")));
        _bench.Pass(5);

        _bench.Probes.Count().ShouldBe(3);
    }

    [Fact]
    public void Who_has_the_earlier_data_waits_a_second_and_probes_again_RFC_6762_8_2()
    {
        _bench.Publish().Pass(0.3);
        var (lost, sent) = (_bench.Now, _bench.Probes.Count());
        _bench.Hear(Rival(port: 9999, address: "10.0.0.9"));
        _bench.Pass(5);

        var later = Bench.Times(_bench.Probes.Skip(sent), lost);
        later.ShouldBe([1000, 1250, 1500]);
        _bench.Engine.Service!.Name.ShouldBe(Bench.Name);
    }

    [Fact]
    public void The_names_of_a_probe_are_compared_one_by_one_RFC_6762_8_2()
    {
        // The rival wants our host name alone, with an earlier address than ours: that our other name has a TXT does not matter.
        var bench = new Bench();
        bench.Use(FakeHost.InterfaceOf(Bench.Eth, "fe80::5"));
        bench.Publish().Pass(0.3);
        bench.Hear(Stranger.Probe(new ResourceRecord(Bench.Host, new AddressData(IPAddress.Parse("fe80::4")), 120, false)));
        bench.Pass(3);

        bench.Probes.Count().ShouldBe(3);
    }

    [Fact]
    public void The_loser_takes_the_next_name_when_the_winner_is_there_RFC_6762_8_2()
    {
        var lan = new FakeLan();
        var one = lan.Add("same", 1);
        var other = lan.Add("same", 2);
        one.Publish();
        other.Publish();
        lan.Pass(10);

        new[] { one, other }.Select(h => h.Engine.Service!.Name.FirstLabel).Order().ShouldBe(["same", "same (2)"]);

        // 10.0.0.2 comes after 10.0.0.1.
        other.Engine.Service!.Name.FirstLabel.ShouldBe("same");
    }

    [Fact]
    public void Who_comes_to_a_name_that_is_taken_takes_the_next_one_for_instance_and_host_RFC_6762_9()
    {
        var lan = new FakeLan();
        lan.Add("same", 1).Publish();
        lan.Pass(10);
        var fresh = lan.Add("same", 2).Publish().Browse();
        lan.Pass(5);

        fresh.Told.OfType<EngineOutput.Renamed>().ShouldHaveSingleItem();
        var service = fresh.Engine.Service!;
        (service.Name.FirstLabel, service.HostName.FirstLabel).ShouldBe(("same (2)", "host-same-2"));
        lan.Wire.ShouldContain(w =>
            w.From.Address.Equals(fresh.Address) && w.Message.Answers.Any(r => r.Name.Equals(service.Name)));
        fresh.Found.Select(f => f.Name.FirstLabel).Distinct().ShouldBe(["same"]);
    }

    [Fact]
    public void Another_type_of_record_of_the_name_is_a_conflict_while_probing_RFC_6762_8_1()
    {
        _bench.Publish().Pass(0.3);
        _bench.Hear(Stranger.Response(
            new ResourceRecord(Bench.Host, new OpaqueData(RecordType.Hinfo, new byte[] { 0, 0 }), 120, true)));

        _bench.Told.OfType<EngineOutput.Renamed>().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_numbered_name_stays_within_63_bytes_and_whole_characters_RFC_6762_9()
    {
        var faces = string.Concat(Enumerable.Repeat("\U0001F600", 15));
        var service = Bench.Service with { Instance = faces + "abc", Host = new string('ä', 31) };
        Encoding.UTF8.GetByteCount(service.Instance).ShouldBe(63);
        for (var i = 0; i < 1000; i++)
        {
            service = service.Renamed();
            foreach (var label in new[] { service.Name.FirstLabel, service.HostName.FirstLabel })
            {
                Encoding.UTF8.GetByteCount(label).ShouldBeLessThanOrEqualTo(63);
                label.ShouldNotContain('\uFFFD');
            }
        }

        service.Name.FirstLabel.ShouldEndWith("\U0001F600 (1001)");
        service.HostName.FirstLabel.ShouldEndWith("ä-1001");
    }

    [Fact]
    public void Probes_ask_for_unicast_where_that_is_wished_RFC_6762_8_1()
    {
        var bench = new Bench(askForUnicast: true);
        bench.Publish().Pass(5);

        bench.Probes.Count().ShouldBe(3);
        bench.Probes.ShouldAllBe(p => p.Message.Questions.All(q => q.UnicastResponse));
    }

    [Fact]
    public void An_unicast_answer_to_such_a_probe_is_a_conflict_RFC_6762_8_1()
    {
        var bench = new Bench(askForUnicast: true);
        bench.Publish().Pass(0.3);
        bench.Hear(Stranger.Response(Bench.Service.Srv(9999)), toMulticast: false);

        bench.Told.OfType<EngineOutput.Renamed>().ShouldHaveSingleItem();
    }

    private static byte[] Rival(ushort port, string address) => Stranger.Probe(Bench.Service.Srv(port), Bench.Service.A(address));
}
