using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>Hello and goodbye (RFC 6762 sections 8.3 and 10.1).</summary>
public sealed class AnnouncingTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void All_records_are_announced_twice_a_second_apart_and_not_again_RFC_6762_8_3()
    {
        _bench.Publish().Pass(600);

        var said = _bench.Responses.ToList();
        said.Count.ShouldBe(2);
        (said[1].At - said[0].At).ShouldBe(TimeSpan.FromSeconds(1));
        foreach (var announcement in said)
        {
            announcement.Message.Answers.Select(r => (r.Type, r.Ttl)).Order().ShouldBe(
            [
                (RecordType.A, 120u), (RecordType.Ptr, 4500u), (RecordType.Ptr, 4500u), (RecordType.Txt, 4500u),
                (RecordType.Aaaa, 120u), (RecordType.Srv, 120u),
            ]);
            (announcement.Message.Id, announcement.Message.Questions.Length).ShouldBe(((ushort)0, 0));
        }
    }

    [Fact]
    public void Unique_records_carry_cache_flush_and_shared_ones_never_RFC_6762_10_2()
    {
        _bench.Publish().Pass(5);
        _bench.Hear(Stranger.Query(
            Stranger.Browse(), new(OwnRecords.ServiceTypes, RecordType.Ptr), new(Bench.Name, RecordType.Any)));
        _bench.Pass(5);
        _bench.Unpublish();

        var records = _bench.Responses.SelectMany(r => r.Records).ToList();
        records.ShouldContain(r => r.Type == RecordType.Ptr && r.Ttl == 0);
        records.ShouldContain(r => r.Type == RecordType.Srv && r.Ttl == 0);
        records.ShouldAllBe(r => r.CacheFlush == (r.Type != RecordType.Ptr));
    }

    [Fact]
    public void A_goodbye_is_every_record_with_ttl_0_but_that_there_is_such_a_type_RFC_6762_10_1()
    {
        _bench.Established().Unpublish();

        var goodbye = _bench.Responses.ShouldHaveSingleItem().Message.Answers;
        goodbye.ShouldAllBe(r => r.Ttl == 0);
        goodbye.Select(r => r.Type).Order()
            .ShouldBe([RecordType.A, RecordType.Ptr, RecordType.Txt, RecordType.Aaaa, RecordType.Srv]);
        goodbye.ShouldAllBe(r => !r.Name.Equals(OwnRecords.ServiceTypes));
        _bench.Hear(Stranger.Query(Stranger.Browse()));
        _bench.Pass(5);
        _bench.Responses.ShouldHaveSingleItem();
    }

    [Fact]
    public void Who_was_never_announced_says_no_goodbye_RFC_6762_10_1()
    {
        _bench.Publish().Pass(0.4);
        _bench.Unpublish();
        _bench.Pass(5);

        _bench.Responses.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_published_instead_says_goodbye_to_the_old_and_probes_for_the_new_RFC_6762_8_4()
    {
        _bench.Established().Publish(Bench.Service with { Instance = "other" });
        _bench.Pass(5);

        _bench.Wire[0].Message.Answers.ShouldContain(r => r.Name.Equals(Bench.Name) && r.Ttl == 0);
        _bench.Probes.Count().ShouldBe(3);
        _bench.Told.ShouldBeEmpty();
    }

    [Fact]
    public void An_echo_of_the_old_announcement_takes_no_new_name_away_RFC_6762_8_1()
    {
        _bench.Publish().Pass(10);
        var old = _bench.Responses.Last().Packet;
        _bench.Publish(Bench.Service with { Port = 4444 });
        _bench.Hear(old, Bench.Own);
        _bench.Pass(5);

        _bench.Told.ShouldBeEmpty();
        _bench.Engine.Service!.Name.ShouldBe(Bench.Name);
    }

    [Fact]
    public void A_text_too_large_for_a_packet_goes_alone_RFC_6762_17()
    {
        var text = TextData.Of(
            Enumerable.Range(0, 12).Select(i => new KeyValuePair<string, string?>($"k{i}", new string('x', 200))));
        _bench.Publish(Bench.Service with { Text = text });
        _bench.Pass(10);

        var first = _bench.Responses.Where(r => r.At == _bench.Responses.First().At).ToList();
        first.SelectMany(p => p.Message.Answers).Count().ShouldBe(6);
        first.ShouldAllBe(p => p.Packet.Length <= Timing.PacketSize || p.Message.Answers.Length == 1);
    }
}
