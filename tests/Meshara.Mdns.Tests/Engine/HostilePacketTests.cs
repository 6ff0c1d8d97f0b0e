using System.Diagnostics;
using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>Packets of somebody who means harm, or knows no better.</summary>
public sealed class HostilePacketTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void A_response_from_another_port_is_ignored_RFC_6762_6()
    {
        _bench.Browse().Publish().Pass(0.4);
        _bench.Hear(Stranger.Response(Stranger.All("some")), Stranger.At(2, port: 5354));
        _bench.Hear(Stranger.Response(Bench.Service.Srv(9999)), Stranger.At(2, port: 5354));
        _bench.Pass(5);

        _bench.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_packet_of_an_unknown_interface_is_ignored_RFC_6762_14()
    {
        _bench.Browse().Hear(Stranger.Response(Stranger.All("some")), at: 77);

        _bench.Told.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_refused_is_counted_by_reason_and_not_by_content_RFC_6762_18()
    {
        for (var i = 0; i < 100; i++)
        {
            _bench.Hear([(byte)i, 1, 2]);
            _bench.Hear([.. Stranger.Query(new Question(Stranger.Instance($"{i}"), RecordType.Srv)).SkipLast(1)]);
        }

        _bench.Engine.Refused.ShouldBe(new Dictionary<Malformed, long> { [Malformed.TooShort] = 200 });
    }

    [Fact]
    public void Forged_answers_change_nothing_of_what_we_say_ourselves_RFC_6762_9()
    {
        // With our names and shared data; with our data and other lives; and others. Nobody answers our probes, so the name
        // stays.
        _bench.Browse().Established();
        for (var i = 0; i < 1000; i++)
        {
            _bench.Hear(Stranger.Response(
                Stranger.Ptr($"flood-{i}"), Bench.Service.Srv(7373) with { Ttl = (uint)(i % 3) }, Stranger.Ptr("own", 0)),
                Stranger.At(i));
            _bench.Pass(0.01);
        }

        _bench.Pass(2);
        _bench.Wire.Clear();
        _bench.Hear(Stranger.Query(new(Bench.Name, RecordType.Any), new(Bench.Host, RecordType.Any), Stranger.Browse()));
        _bench.Pass(2);
        _bench.Responses.SelectMany(r => r.Message.Answers).Distinct().Select(r => (r.Type, r.Ttl)).Order().ShouldBe(
            [
                (RecordType.A, 120u), (RecordType.Ptr, 4500u), (RecordType.Txt, 4500u), (RecordType.Aaaa, 120u),
                (RecordType.Srv, 120u),
            ]);
        _bench.Told.OfType<EngineOutput.Renamed>().ShouldBeEmpty();
    }

    [Fact]
    public void Forged_conflicts_make_us_probe_no_more_than_the_probing_allows_RFC_6762_9()
    {
        _bench.Established();
        for (var i = 0; i < 1000; i++)
        {
            _bench.Hear(Stranger.Response(Bench.Service.Srv((ushort)i), _bench.Engine.Service!.Srv((ushort)i)), Stranger.At(i));
            _bench.Pass(0.06);
        }

        // A minute: renamed fast at first, and then each five seconds.
        _bench.Told.OfType<EngineOutput.Renamed>().Count().ShouldBeLessThan(30);
        _bench.Wire.Count.ShouldBeLessThan(100);
        _bench.Pass(20);
        _bench.Responses.Last().Message.Answers.ShouldContain(r => r.Name.Equals(_bench.Engine.Service!.Name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_flood_of_queries_is_answered_once_a_second_and_record_RFC_6762_6(bool forged)
    {
        _bench.Established();
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var question = random.Next(4) switch
            {
                0 => Stranger.Browse(),
                1 => new Question(Bench.Name, RecordType.Any),
                2 => new Question(Bench.Host, (RecordType)random.Next(64)),
                _ => new Question(OwnRecords.ServiceTypes, RecordType.Ptr),
            };
            var known = random.Next(3) == 0 ? new[] { Stranger.Ptr($"{i}") } : [];
            var from = Stranger.At(forged ? random.Next(60_000) : 2);
            _bench.Hear(Stranger.Query([question], known, truncated: random.Next(10) == 0), from);
            _bench.Pass(0.0005);
        }

        Limits.LeastBetweenSame(_bench.Responses).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        _bench.Responses.Count().ShouldBeInRange(9, 10 * 9);
        _bench.Unicasts.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(5353)]
    [InlineData(40000)]
    public void A_flood_of_queries_for_unicast_is_answered_20_times_a_second_after_a_burst_RFC_6762_6_7(int port)
    {
        _bench.Established();
        for (var i = 0; i < 10_000; i++)
        {
            _bench.Hear(Stranger.Query(new Question(Bench.Name, RecordType.Any, UnicastResponse: true)), Stranger.At(i, port));
            _bench.Pass(0.001);
        }

        _bench.Unicasts.Count().ShouldBeInRange(200, 40 + (10 * 20));
        _bench.Responses.ShouldBeEmpty();
    }

    [Fact]
    public void A_flood_of_probes_is_answered_four_times_a_second_RFC_6762_6()
    {
        _bench.Established();
        for (var i = 0; i < 1000; i++)
        {
            _bench.Hear(Stranger.Probe(Bench.Service.Srv((ushort)i)), Stranger.At(i));
            _bench.Pass(0.01);
        }

        _bench.Responses.Count().ShouldBeInRange(30, 41);
        _bench.Probes.ShouldBeEmpty();
    }

    [Fact]
    public void Forged_pointers_without_a_place_buy_few_questions_RFC_6763_12()
    {
        _bench.Browse().Pass(100);
        _bench.Wire.Clear();
        for (var i = 0; i < 1000; i++)
        {
            _bench.Hear(Stranger.Response(Stranger.Ptr($"flood-{i}")), Stranger.At(i));
            _bench.Pass(0.01);
        }

        // Ten seconds: what is missing of all of them, gathered, each a few times.
        _bench.Queries.Select(q => q.At).Distinct().Count().ShouldBeLessThan(10 * 11);
        _bench.Queries.Sum(q => q.Packet.Length).ShouldBeLessThan(10 * 11 * Timing.PacketSize);
    }

    [Fact]
    public void After_forged_pointers_without_a_place_another_instance_is_still_asked_after_RFC_6763_12()
    {
        _bench.Browse();
        for (var i = 0; i < 600; i++)
        {
            _bench.Hear(Stranger.Response(Stranger.Ptr($"flood-{i}")), Stranger.At(i));
            _bench.Pass(0.01);
        }

        _bench.Pass(20);
        _bench.Wire.Clear();
        _bench.Hear(Stranger.Response(Stranger.Ptr("fresh")), Stranger.At(900));
        _bench.Pass(1);
        _bench.Queries.SelectMany(q => q.Message.Questions).ShouldContain(q => q.Name.Equals(Stranger.Instance("fresh")));
    }

    [Fact]
    public void The_same_question_from_many_forged_sources_does_not_stop_us_from_finding_RFC_6762_7_3()
    {
        // Who asks in our stead also asks the others, who answer to all.
        var lan = new FakeLan();
        var one = lan.Add("one", 1).Browse();
        for (var i = 0; i < 100; i++)
        {
            lan.Multicast(Stranger.Query(Stranger.Browse()), Stranger.At(100 + i));
            lan.Pass(0.5);
        }

        lan.Add("late", 2).Publish();
        lan.Pass(3);
        one.Found.ShouldHaveSingleItem();
    }

    [Fact]
    public void Beyond_the_limit_a_packet_costs_less_than_to_read_it_RFC_6762_6()
    {
        var packets = Enumerable.Range(0, 10_000).Select(i => Stranger.Response(Stranger.All($"flood-{i}"))).ToList();
        var browse = new Bench().Browse();
        packets.Take(500).ToList().ForEach(p => MessageReader.TryRead(p, out _));
        packets.Take(500).ToList().ForEach(p => browse.Hear(p));

        // The best of three, since other tests run beside.
        double Time(Action run) => Enumerable.Range(0, 3).Min(_ =>
        {
            var started = Stopwatch.GetTimestamp();
            run();
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        });
        var read = Time(() => packets.ForEach(p => MessageReader.TryRead(p, out _)));
        var heard = Time(() => packets.ForEach(p => browse.Hear(p)));

        browse.Engine.Refused[Malformed.None].ShouldBeGreaterThan(25_000);
        heard.ShouldBeLessThan(read);
    }

    [Fact]
    public void A_flood_within_the_limit_costs_a_bounded_multiple_of_reading_it_RFC_6762_6()
    {
        var packets = Enumerable.Range(0, 5_000)
            .Select(i => Stranger.Response(Stranger.All($"flood-{i}", ttl: (uint)(1 + (i % 300))))).ToList();
        _bench.Browse().Established();
        packets.Take(1000).ToList().ForEach(p => MessageReader.TryRead(p, out _));
        var started = Stopwatch.GetTimestamp();
        packets.ForEach(p => MessageReader.TryRead(p, out _));
        var read = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        for (var i = 0; i < packets.Count; i++)
        {
            _bench.Hear(packets[i], Stranger.At(i % 50));
            _bench.Pass(0.002);
        }

        var heard = Stopwatch.GetElapsedTime(started);
        (heard / read).ShouldBeLessThan(200);
        (heard / packets.Count).ShouldBeLessThan(TimeSpan.FromMilliseconds(2), "At 500 a second, less than one core.");
    }
}
