using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>More than anybody could want to know.</summary>
public sealed class FloodTests
{
    private static readonly IPEndPoint Live = Stranger.At(2);

    [Fact]
    public void The_cache_is_bounded_in_records_RFC_6762_10()
    {
        var cache = new RecordCache(new Random(1));
        for (var i = 0; i < 20_000; i++)
        {
            cache.Learn(Stranger.Srv($"{i}", 4500), Stranger.At(i % 1000).Address, TimeSpan.Zero);
        }

        cache.Count.ShouldBe(RecordCache.MaxRecords);
    }

    [Fact]
    public void The_cache_is_bounded_in_bytes_RFC_6762_10()
    {
        var cache = new RecordCache(new Random(1));
        for (var i = 0; i < 3000; i++)
        {
            cache.Learn(Stranger.Txt($"{i}", value: new string('x', 240)), Stranger.At(i % 1000).Address, TimeSpan.Zero);
            cache.Learn(Large($"{i}"), Stranger.At(i % 1000).Address, TimeSpan.Zero);
        }

        cache.Bytes.ShouldBeInRange(RecordCache.MaxBytes - 9000, RecordCache.MaxBytes);
    }

    [Fact]
    public void The_cache_is_bounded_by_name_and_by_source_RFC_6762_10()
    {
        var cache = new RecordCache(new Random(1));
        for (var i = 0; i < 5000; i++)
        {
            cache.Learn(Stranger.Ptr($"{i}"), Live.Address, TimeSpan.Zero);
        }

        cache.Count.ShouldBe(RecordCache.MaxPerSource);
        for (var i = 0; i < 5000; i++)
        {
            cache.Learn(Stranger.Ptr($"{i}"), Stranger.At(i).Address, TimeSpan.Zero);
        }

        cache.Count.ShouldBe(RecordCache.MaxPerName);
    }

    [Fact]
    public void What_is_not_taken_in_ends_nothing_that_is_RFC_6762_10_2()
    {
        var cache = new RecordCache(new Random(1));
        cache.Learn(Stranger.Srv("live"), Live.Address, TimeSpan.Zero);
        for (var i = 0; i < RecordCache.MaxPerSource; i++)
        {
            cache.Learn(Stranger.Ptr($"{i}"), Stranger.At(3).Address, TimeSpan.Zero);
        }

        cache.Learn(Stranger.Srv("live", port: 1), Stranger.At(3).Address, TimeSpan.FromSeconds(5));
        cache.Of(Stranger.Instance("live"), RecordType.Srv).ShouldHaveSingleItem().IsRevoked.ShouldBeFalse();
    }

    [Fact]
    public void All_that_expires_frees_its_place_RFC_6762_10()
    {
        var cache = new RecordCache(new Random(1));
        for (var round = 0; round < 5; round++)
        {
            var now = TimeSpan.FromSeconds(200 * round);
            for (var i = 0; i < 1000; i++)
            {
                cache.Learn(Stranger.Srv($"{round}-{i}"), Stranger.At(i % 10).Address, now);
            }

            cache.Count.ShouldBe(1000);
            cache.Expire(now + TimeSpan.FromSeconds(121)).Count.ShouldBe(1000);
            (cache.Count, cache.Bytes, cache.Due).ShouldBe((0, 0, null));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60_000)]
    public void One_that_is_there_stays_known_through_a_flood_of_unique_names_and_shifting_ttls_RFC_6762_10(int sources)
    {
        var bench = new Bench().Browse();
        var random = new Random(3);
        bench.Hear(Stranger.Response(Stranger.All("live", ttl: 30)), Live);
        var heard = 0;
        for (var i = 0; i < 5_000; i++)
        {
            // The same names come again with other lives; 100 packets a second, for 50 s: the live one's records have to be
            // renewed.
            var name = $"flood-{i % 4_000}";
            bench.Hear(
                Stranger.Response(
                    Stranger.Ptr(name, Ttl(random)), Stranger.Srv(name, Ttl(random)), Stranger.A(name, ttl: Ttl(random))),
                Stranger.At(10 + random.Next(sources)));
            bench.Pass(0.01);
            for (; heard < bench.Wire.Count; heard++)
            {
                var asked = bench.Wire[heard].Message.Questions;
                var answers = Stranger.All("live", ttl: 30).Where(r => asked.Any(q => q.IsAnsweredBy(r))).ToList();
                if (answers.Count > 0)
                {
                    bench.Hear(Stranger.Response(answers), Live);
                }
            }

            if (i % 500 == 0)
            {
                Bounds.Hold(bench.Engine.Load);
            }
        }

        bench.Told.OfType<EngineOutput.Lost>().ShouldNotContain(l => l.Name.Equals(Stranger.Instance("live")));
        bench.Engine.Sightings.ShouldContain(s => s.Name.Equals(Stranger.Instance("live")));
        bench.Queries.Count().ShouldBeLessThan(50 * 30, "The flood buys few questions.");
    }

    [Fact]
    public void Who_comes_new_during_a_flood_of_one_source_is_found_RFC_6762_10()
    {
        var bench = new Bench().Browse();
        for (var i = 0; i < 5000; i++)
        {
            bench.Hear(Stranger.Response(Stranger.All($"flood-{i}", ttl: 4500)), Stranger.At(9));
            bench.Pass(0.001);
        }

        bench.Hear(Stranger.Response(Stranger.All("fresh")), Stranger.At(8));
        bench.Pass(0.2);
        bench.Engine.Sightings.ShouldContain(s => s.Name.Equals(Stranger.Instance("fresh")));
    }

    [Fact]
    public void Who_is_known_gets_through_while_strangers_exceed_the_limit_RFC_6762_10()
    {
        var bench = new Bench().Browse();
        bench.Hear(Stranger.Response(Stranger.All("live")), Live);
        for (var i = 0; i < 20_000; i++)
        {
            bench.Hear(Stranger.Query(new Question(Stranger.Instance("x"), RecordType.Srv)), Stranger.At(10 + (i % 60_000)));
            bench.Pass(0.0005);
        }

        bench.Engine.Refused[Malformed.None].ShouldBeGreaterThan(10_000);
        bench.Hear(Stranger.Response(Stranger.Txt("live", value: "2")), Live);
        bench.Engine.Sightings.ShouldHaveSingleItem().Text.ShouldBe((TextData)Stranger.Txt("live", value: "2").Data);
    }

    private static uint Ttl(Random random) =>
        random.Next(5) switch { 0 => 1, 1 => 3, 2 => 75, 3 => 4500, _ => uint.MaxValue };

    private static ResourceRecord Large(string name) => new(
        Stranger.Instance(name),
        TextData.Of(Enumerable.Range(0, 30).Select(i => new KeyValuePair<string, string?>($"k{i}", new string('y', 240)))),
        4500,
        CacheFlush: true);
}
