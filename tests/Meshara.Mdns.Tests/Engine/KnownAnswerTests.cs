using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>What need not be said, because it is known (RFC 6762 section 7).</summary>
public sealed class KnownAnswerTests
{
    private static readonly ResourceRecord OwnPointer = new(FakeLan.Type, new PointerData(Bench.Name), 4500, false);

    [Fact]
    public void Known_answers_are_listed_with_their_remaining_life_while_at_least_half_is_left_RFC_6762_7_1()
    {
        var bench = new Bench(longestInterval: 100);
        bench.Browse().Pass(1);
        var heard = bench.Now;
        bench.Hear(Stranger.Response(Stranger.All("some")));
        bench.Pass(3500);

        var known = bench.Queries.Where(q => q.At > heard && q.Message.Questions.Contains(Stranger.Browse())).ToList();
        known.Count.ShouldBeGreaterThan(30);
        foreach (var query in known)
        {
            var left = 4500 - (query.At - heard).TotalSeconds;
            if (left >= 2250)
            {
                query.Message.Answers.ShouldHaveSingleItem().ShouldBe(Stranger.Ptr("some", (uint)left));
            }
            else
            {
                query.Message.Answers.ShouldBeEmpty();
            }
        }
    }

    [Fact]
    public void Known_answers_that_do_not_fit_follow_in_further_packets_and_all_but_the_last_say_so_RFC_6762_7_2()
    {
        var bench = new Bench();
        bench.Browse().Pass(20);
        for (var i = 0; i < 100; i++)
        {
            bench.Hear(Stranger.Response(Stranger.All($"a-rather-long-instance-name-{i}", ttl: 4500)), Stranger.At(2 + i));
        }

        bench.Wire.Clear();
        bench.Pass(30);

        var packets = bench.Queries.GroupBy(q => q.At).First().ToList();
        packets.Count.ShouldBeGreaterThan(2);
        packets.Select(p => p.Message.IsTruncated).ShouldBe([.. Enumerable.Repeat(true, packets.Count - 1), false]);
        packets.Select(p => p.Message.Questions.Length).ShouldBe([1, .. Enumerable.Repeat(0, packets.Count - 1)]);
        packets.SelectMany(p => p.Message.Answers).Distinct().Count().ShouldBe(100);
        packets.ShouldAllBe(p => p.Packet.Length <= Timing.PacketSize);
    }

    [Theory]
    [InlineData(2250, false)]
    [InlineData(2249, true)]
    public void What_the_querier_knows_with_at_least_half_its_life_is_not_answered_RFC_6762_7_1(uint left, bool isAnswered)
    {
        var bench = new Bench().Established();
        bench.Hear(Stranger.Query([Stranger.Browse()], [OwnPointer with { Ttl = left }]));
        bench.Pass(5);

        bench.Responses.Any().ShouldBe(isAnswered);
    }

    [Fact]
    public void A_querier_with_more_known_answers_is_awaited_for_400_to_500_ms_RFC_6762_7_2()
    {
        var bench = new Bench().Established();
        var asked = bench.Now;
        bench.Hear(Stranger.Query([Stranger.Browse()], [Stranger.Ptr("some")], truncated: true));
        bench.Pass(0.1);
        bench.Hear(Stranger.Query([], [Stranger.Ptr("more")]));
        bench.Pass(5);

        Bench.Times(bench.Responses, asked).ShouldHaveSingleItem().ShouldBeInRange(400, 500);
    }

    [Fact]
    public void What_follows_from_the_same_source_is_honoured_and_from_another_not_RFC_6762_7_2()
    {
        foreach (var follower in new[] { 2, 3 })
        {
            var bench = new Bench().Established();
            bench.Hear(Stranger.Query([Stranger.Browse()], [Stranger.Ptr("some")], truncated: true));
            bench.Hear(Stranger.Query([], [Stranger.Ptr("more")], truncated: true));
            bench.Hear(Stranger.Query([], [OwnPointer]), Stranger.At(follower));
            bench.Pass(5);

            bench.Responses.Any().ShouldBe(follower != 2);
        }
    }

    [Fact]
    public void A_shared_record_that_another_has_just_said_is_not_said_again_RFC_6762_7_4()
    {
        var types = new ResourceRecord(OwnRecords.ServiceTypes, new PointerData(FakeLan.Type), 4500, false);
        foreach (var (ttl, isAnswered) in new[] { (4500u, false), (4499u, true) })
        {
            var bench = new Bench().Established();
            bench.Hear(Stranger.Query(new Question(types.Name, RecordType.Ptr)), Stranger.At(3));
            bench.Pass(0.01);
            bench.Hear(Stranger.Response(types with { Ttl = ttl }));
            bench.Pass(5);

            bench.Responses.Any().ShouldBe(isAnswered);
        }
    }

    [Fact]
    public void Two_hosts_with_the_same_shared_answer_do_not_both_say_it_RFC_6762_7_4()
    {
        var lan = new FakeLan();
        lan.Add("one", 1).Publish();
        lan.Add("two", 2).Publish();
        lan.Pass(10);
        lan.Wire.Clear();
        lan.Multicast(Stranger.Query(new Question(OwnRecords.ServiceTypes, RecordType.Ptr)), Stranger.At(9));
        lan.Pass(5);

        lan.Wire.Count(w => w.Message.IsResponse).ShouldBe(1);
    }
}
