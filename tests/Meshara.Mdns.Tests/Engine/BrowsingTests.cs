using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>What is asked, and when (RFC 6762 section 5.2).</summary>
public sealed class BrowsingTests
{
    private readonly Bench _bench = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Questions_come_after_20_to_120_ms_and_then_a_second_apart_doubling_to_the_longest_interval_RFC_6762_5_2(int seed)
    {
        var bench = new Bench(seed: seed, longestInterval: 10);
        var start = bench.Now;
        bench.Browse().Pass(40);

        var times = Bench.Times(bench.Queries, start);
        times[0].ShouldBeInRange(20, 120);
        times.Zip(times.Skip(1)).Select(t => Math.Round(t.Second - t.First)).ShouldBe([1000, 2000, 4000, 8000, 10000, 10000]);
        bench.Queries.ShouldAllBe(q => q.Message.Questions.Single() == Stranger.Browse());
    }

    [Fact]
    public void A_shorter_interval_holds_from_now_on()
    {
        var bench = new Bench(longestInterval: 100);
        bench.Browse().Pass(60);
        var asked = bench.Queries.Count();

        bench.Engine.Pace(TimeSpan.FromSeconds(5), bench.Now);
        bench.Pass(21);

        bench.Queries.Count().ShouldBe(asked + 4);
    }

    [Fact]
    public void Only_the_first_question_asks_for_unicast_and_only_where_that_is_wished_RFC_6762_5_4()
    {
        var bench = new Bench(askForUnicast: true);
        bench.Browse().Pass(60);

        bench.Queries.Count().ShouldBeGreaterThan(4);
        bench.Queries.Select(q => q.Message.Questions.Single().UnicastResponse)
            .ShouldBe([true, .. bench.Queries.Skip(1).Select(_ => false)]);
    }

    [Fact]
    public void An_unicast_answer_is_taken_when_one_was_asked_for_lately_and_else_ignored_RFC_6762_6()
    {
        var bench = new Bench(askForUnicast: true);
        bench.Browse();
        bench.Hear(Stranger.Response(Stranger.All("early")), toMulticast: false);
        bench.Pass(0.2);
        bench.Hear(Stranger.Response(Stranger.All("asked")), toMulticast: false);
        bench.Pass(3);
        bench.Hear(Stranger.Response(Stranger.All("late")), toMulticast: false);

        bench.Told.OfType<EngineOutput.Found>().Select(f => f.Sighting.Name.FirstLabel).ShouldBe(["asked"]);
    }

    [Fact]
    public void The_same_question_of_another_counts_as_ours_RFC_6762_7_3()
    {
        Quiet();
        var next = _bench.Engine.Due!.Value;
        _bench.Pass((next - _bench.Now).TotalSeconds - 1);
        _bench.Hear(Stranger.Query(Stranger.Browse()));
        _bench.Pass(20);

        _bench.Queries.ShouldBeEmpty();
    }

    [Fact]
    public void A_question_that_is_not_the_same_does_not_count_as_ours_RFC_6762_7_3()
    {
        Quiet();
        var next = _bench.Engine.Due!.Value;
        _bench.Pass((next - _bench.Now).TotalSeconds - 1);

        // It lists what we have not heard of; wants unicast; is a part only; was sent to us alone; comes from a simple resolver.
        _bench.Hear(Stranger.Query([Stranger.Browse()], [Stranger.Ptr("unknown")]));
        _bench.Hear(Stranger.Query(Stranger.Browse(unicast: true)));
        _bench.Hear(Stranger.Query([Stranger.Browse()], [], truncated: true));
        _bench.Hear(Stranger.Query(Stranger.Browse()), toMulticast: false);
        _bench.Hear(Stranger.Query(Stranger.Browse()), Stranger.At(2, port: 40000));
        _bench.Pass(1.1);

        _bench.Queries.ShouldHaveSingleItem().At.ShouldBe(next);
    }

    [Fact]
    public void What_is_missing_of_an_instance_is_asked_for_a_few_times_RFC_6763_12()
    {
        _bench.Browse().Pass(100);
        _bench.Wire.Clear();
        _bench.Hear(Stranger.Response(Stranger.Ptr("some")));
        _bench.Pass(300);

        var missing = _bench.Queries.Where(q => q.Message.Questions.Any(x => x.Type == RecordType.Srv)).ToList();
        missing.Count.ShouldBe(4);
        missing.ShouldAllBe(q => q.Message.Questions.Any(x => x.Type == RecordType.Txt));

        _bench.Hear(Stranger.Response(Stranger.Srv("some", ttl: 4500), Stranger.Txt("some")));
        _bench.Pass(0.2);
        _bench.Queries.Last().Message.Questions.Select(x => (x.Name, x.Type))
            .ShouldBe([(Stranger.HostOf("some"), RecordType.A), (Stranger.HostOf("some"), RecordType.Aaaa)], ignoreOrder: true);
        _bench.Hear(Stranger.Response(Stranger.A("some")));
        _bench.Told.OfType<EngineOutput.Found>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Compressed_places_are_understood_RFC_6762_18_14()
    {
        // As our writer compresses the target of an SRV, the packet is shorter than its parts.
        var packet = Stranger.Response(Stranger.All("some"));
        var parts = Stranger.All("some").Sum(r => r.Name.WireLength + 10 + r.Data.Canonical().Length);
        packet.Length.ShouldBeLessThan(parts - 60);
        _bench.Browse().Hear(packet);

        var seen = _bench.Told.OfType<EngineOutput.Found>().ShouldHaveSingleItem().Sighting;
        (seen.Host, seen.Port, seen.Addresses.Single().ToString()).ShouldBe((Stranger.HostOf("some"), (ushort)7373, "10.0.0.2"));
    }

    [Fact]
    public void An_instance_that_says_something_else_is_told_again_RFC_6762_8_4()
    {
        _bench.Browse().Hear(Stranger.Response(Stranger.All("some")));
        _bench.Pass(5);
        _bench.Hear(Stranger.Response(Stranger.Txt("some", value: "2")));
        _bench.Hear(Stranger.Response(Stranger.Srv("some", port: 8000)));
        _bench.Pass(5);

        var told = _bench.Told.OfType<EngineOutput.Found>().Select(f => f.Sighting).ToList();
        _bench.Told.Count.ShouldBe(3);
        told[^1].Port.ShouldBe((ushort)8000);
        told[^1].Text.ShouldBe((TextData)Stranger.Txt("some", value: "2").Data);
        told[^1].FirstSeen.ShouldBe(told[0].FirstSeen);
    }

    [Fact]
    public void One_packet_that_arrives_four_times_is_told_once_RFC_6762_15()
    {
        _bench.Browse();
        for (var i = 0; i < 4; i++)
        {
            _bench.Hear(Stranger.Response(Stranger.All("some")));
        }

        _bench.Told.ShouldHaveSingleItem();
    }

    [Fact]
    public void Instances_of_other_types_are_not_remembered_RFC_6762_10()
    {
        var other = DomainName.Parse("_http._tcp.local");
        _bench.Browse().Hear(Stranger.Response(
            new(other, new PointerData(other.Child("x")), 4500, false),
            new(FakeLan.Type, new PointerData(other.Child("x")), 4500, false)));
        _bench.Pass(0.9);

        _bench.Told.ShouldBeEmpty();
        _bench.Queries.SelectMany(q => q.Message.Questions).ShouldAllBe(q => q.Name.Equals(FakeLan.Type));
    }

    /// <summary>Browsing so long that the interval is the longest.</summary>
    private void Quiet()
    {
        _bench.Browse().Pass(100);
        _bench.Wire.Clear();
    }
}
