using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>How long others are believed (RFC 6762 sections 5.2 and 10).</summary>
public sealed class CacheTests
{
    private readonly Bench _bench = new Bench().Browse();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_record_is_asked_for_at_80_85_90_and_95_percent_of_its_life_and_then_forgotten_RFC_6762_5_2(int seed)
    {
        var bench = new Bench(seed: seed).Browse();
        bench.Pass(5);
        var heard = bench.Now;
        bench.Hear(Stranger.Response(
            Stranger.Ptr("some"), Stranger.Srv("some", 1000), Stranger.Txt("some"), Stranger.A("some", ttl: 4500)));
        bench.Pass(999);
        bench.Told.ShouldHaveSingleItem();
        bench.Pass(1.1);

        var asked = Bench.Times(bench.Queries.Where(q => q.Message.Questions.Any(x => x.Type == RecordType.Srv)), heard)
            .Where(at => at < 1_000_000).ToList();
        asked.Count.ShouldBe(4);
        foreach (var (at, percent) in asked.Zip([80, 85, 90, 95]))
        {
            at.ShouldBeInRange(percent * 10_000, (percent + 2) * 10_000);
        }

        asked.ShouldAllBe(at => at % 50_000 != 0, "The times are drawn by chance.");
        bench.Told.OfType<EngineOutput.Lost>().ShouldHaveSingleItem().Why.ShouldBe(LostBy.Expiry);
    }

    [Fact]
    public void A_record_that_is_heard_again_lives_again_RFC_6762_5_2()
    {
        Hear(Stranger.All("some"));
        _bench.Pass(90);
        Hear(Stranger.Srv("some"), Stranger.A("some"));
        _bench.Wire.Clear();
        _bench.Pass(90);
        _bench.Queries.SelectMany(q => q.Message.Questions).ShouldAllBe(q => q.Type == RecordType.Ptr);
        _bench.Told.ShouldHaveSingleItem();
        _bench.Pass(31);
        _bench.Told.Count.ShouldBe(2);
    }

    [Fact]
    public void Cache_flush_ends_the_older_records_after_a_second_RFC_6762_10_2()
    {
        Hear(Stranger.All("some"));
        _bench.Pass(5);
        Hear(Stranger.A("some", "10.0.0.9"));

        Seen().Addresses.Select(a => a.ToString()).ShouldBe(["10.0.0.9"]);
        _bench.Pass(2);
        _bench.Told.OfType<EngineOutput.Lost>().ShouldBeEmpty();
    }

    [Fact]
    public void An_older_record_that_is_said_again_within_that_second_stays_RFC_6762_10_2()
    {
        Hear(Stranger.All("some"));
        _bench.Pass(5);
        Hear(Stranger.A("some", "10.0.0.9"));
        _bench.Pass(0.9);
        Hear(Stranger.A("some"));
        _bench.Pass(5);

        Seen().Addresses.Select(a => a.ToString()).ShouldBe(["10.0.0.2", "10.0.0.9"]);
    }

    [Fact]
    public void Two_addresses_of_one_announcement_in_two_packets_both_stay_RFC_6762_10_2()
    {
        Hear(Stranger.All("some"));
        _bench.Pass(0.5);
        Hear(Stranger.A("some", "10.0.0.9"));
        _bench.Pass(5);

        Seen().Addresses.Select(a => a.ToString()).ShouldBe(["10.0.0.2", "10.0.0.9"]);
    }

    [Fact]
    public void Cache_flush_of_one_type_leaves_the_other_types_alone_RFC_6762_10_2()
    {
        Hear(Stranger.All("some"));
        _bench.Pass(5);
        Hear(Stranger.A("some", "2001:db8::1"));
        _bench.Pass(5);

        Seen().Addresses.Length.ShouldBe(2);
    }

    [Fact]
    public void A_record_that_differs_in_the_cache_flush_bit_or_ttl_only_is_not_new_RFC_6762_10_2()
    {
        Hear(Stranger.All("some"));
        for (var i = 0; i < 10; i++)
        {
            _bench.Pass(3);
            Hear([.. Stranger.All("some").Select(r => r with { CacheFlush = i % 2 == 0, Ttl = 1000 + (uint)i })]);
        }

        _bench.Told.ShouldHaveSingleItem();
        Seen().Addresses.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_short_life_is_believed_RFC_6762_10()
    {
        Hear([.. Stranger.All("some").Select(r => r with { Ttl = 2 })]);
        _bench.Pass(1.9);
        _bench.Told.ShouldHaveSingleItem();
        _bench.Pass(0.2);

        _bench.Told.OfType<EngineOutput.Lost>().ShouldHaveSingleItem().Why.ShouldBe(LostBy.Expiry);
    }

    [Fact]
    public void A_short_life_buys_no_more_questions_than_one_of_15_seconds_RFC_6762_5_2()
    {
        _bench.Pass(100);
        _bench.Wire.Clear();
        Hear(Stranger.All("some", ttl: 1));
        for (var heard = 0; _bench.Now < TimeSpan.FromHours(1) + TimeSpan.FromSeconds(400);)
        {
            // Whoever answers each question with records that live for a second.
            _bench.Pass(0.1);
            for (; heard < _bench.Wire.Count; heard++)
            {
                var questions = _bench.Wire[heard].Message.Questions;
                Hear([.. Stranger.All("some", ttl: 1).Where(r => questions.Any(q => q.IsAnsweredBy(r)))]);
            }
        }

        // 300 s: the place and then the address, every 12 s, and the type every 30 s.
        _bench.Queries.Count().ShouldBeLessThan(70);
        _bench.Queries.Count().ShouldBeGreaterThan(30);
    }

    [Fact]
    public void A_ttl_without_end_is_cut_to_a_day_RFC_6762_10()
    {
        Hear([.. Stranger.All("some").Select(r => r with { Ttl = uint.MaxValue })]);
        Seen().Expires.ShouldBe(_bench.Now + TimeSpan.FromDays(1));
    }

    [Fact]
    public void A_goodbye_for_what_is_unknown_changes_nothing_RFC_6762_10_1()
    {
        Hear(Stranger.All("some"));
        Hear(Stranger.Ptr("other", 0), Stranger.Srv("some", 0, port: 1), Stranger.A("some", "10.0.0.77", 0));
        _bench.Pass(5);

        _bench.Told.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_goodbye_and_a_hello_lose_and_find_RFC_6762_10_1()
    {
        Hear(Stranger.All("some"));
        _bench.Pass(5);
        Hear([.. Stranger.All("some").Select(r => r with { Ttl = 0 })]);
        _bench.Pass(0.5);
        Hear(Stranger.All("some"));
        _bench.Pass(5);

        _bench.Told.Select(t => t.GetType()).ShouldBe(
            [typeof(EngineOutput.Found), typeof(EngineOutput.Lost), typeof(EngineOutput.Found)]);
    }

    [Fact]
    public void What_did_not_work_is_asked_for_and_forgotten_after_10_seconds_unless_it_is_heard_again_RFC_6762_10_4()
    {
        Hear(Stranger.All("some"));
        _bench.Pass(20);
        _bench.Wire.Clear();
        _bench.Verify(Stranger.Instance("some"));
        _bench.Queries.ShouldHaveSingleItem().Message.Questions.Select(q => q.Type)
            .ShouldBe([RecordType.Srv, RecordType.A, RecordType.Aaaa]);
        _bench.Pass(1);
        Hear(Stranger.Srv("some"), Stranger.A("some"));
        _bench.Pass(20);
        _bench.Told.ShouldHaveSingleItem();

        _bench.Verify(Stranger.Instance("some"));
        _bench.Pass(9.9);
        _bench.Told.ShouldHaveSingleItem();
        _bench.Pass(0.2);
        _bench.Told.OfType<EngineOutput.Lost>().ShouldHaveSingleItem();
        _bench.Verify(Stranger.Instance("unknown"));
    }

    [Fact]
    public void An_address_that_is_link_local_has_the_scope_of_its_interface_RFC_6762_15()
    {
        Hear([.. Stranger.All("some", "fe80::9")]);

        Seen().Addresses.ShouldHaveSingleItem().ShouldBe(IPAddress.Parse("fe80::9%2"));
    }

    private Sighting Seen() => _bench.Engine.Sightings.ShouldHaveSingleItem();

    private void Hear(params ResourceRecord[] records) => _bench.Hear(Stranger.Response(records));
}
