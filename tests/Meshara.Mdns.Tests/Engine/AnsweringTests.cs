using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>The answers to the questions of others (RFC 6762 sections 5 to 7).</summary>
public sealed class AnsweringTests
{
    private readonly FakeLan _lan = new();
    private readonly FakeHost _host;
    private readonly OwnRecords _records;

    public AnsweringTests()
    {
        _host = _lan.Add("a", 1).Publish();
        _records = new OwnRecords(_host.Service, [_host.Address, _host.LinkLocal]);
        _lan.Pass(10);
        _lan.Wire.Clear();
    }

    [Fact]
    public void What_is_ours_alone_is_answered_at_once_6()
    {
        _lan.Say(Wire.Query([new Question(_host.Service.Name, RecordType.Srv)]));
        _lan.Pass(0.001);

        var answer = _lan.TakeResponses().ShouldHaveSingleItem().Message;
        answer.Answers.ShouldHaveSingleItem().Type.ShouldBe(RecordType.Srv);
        answer.Additionals.Select(r => r.Type).ShouldBe([RecordType.A, RecordType.Aaaa, RecordType.Nsec]);
    }

    [Fact]
    public void What_others_may_answer_too_waits_20_to_120_ms_and_brings_what_will_be_asked_next_6_and_RFC_6763_12()
    {
        var asked = _lan.Now;
        _lan.Say(Wire.Query([Wire.Browse()]));
        _lan.Pass(1);

        var answer = _lan.TakeResponses().ShouldHaveSingleItem();
        (answer.At - asked).ShouldBeInRange(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(120));
        answer.Message.Answers.ShouldHaveSingleItem().SameAs(_records.Pointer).ShouldBeTrue();
        answer.Message.Additionals.Select(r => r.Type)
            .ShouldBe([RecordType.Srv, RecordType.Txt, RecordType.A, RecordType.Aaaa, RecordType.Nsec]);
    }

    [Fact]
    public void Every_question_of_a_query_is_answered()
    {
        _lan.Say(Wire.Query(
        [
            Wire.Browse(), new Question(OwnRecords.ServiceTypes, RecordType.Ptr), new Question(_host.Service.HostName, RecordType.A),
            new Question(DomainName.Parse("_other._tcp.local"), RecordType.Ptr),
        ]));
        _lan.Pass(1);

        _lan.TakeResponses().SelectMany(p => p.Message.Answers).Select(r => r.Type).Order()
            .ShouldBe([RecordType.A, RecordType.Ptr, RecordType.Ptr]);
    }

    [Fact]
    public void What_a_name_of_ours_has_not_is_said_with_NSEC_6_1()
    {
        _lan.Say(Wire.Query([new Question(_host.Service.HostName, RecordType.Hinfo)]));
        _lan.Pass(0.001);

        var answer = _lan.TakeResponses().ShouldHaveSingleItem().Message.Answers.ShouldHaveSingleItem();
        answer.Data.ShouldBe(new NsecData(_host.Service.HostName, [RecordType.A, RecordType.Aaaa]));
        answer.CacheFlush.ShouldBeTrue();
    }

    [Fact]
    public void A_known_answer_with_half_of_its_time_left_is_not_repeated_7_1()
    {
        _lan.Say(Wire.Query([Wire.Browse()], [_records.Pointer with { Ttl = Timing.OtherTtl / 2 }]));
        _lan.Pass(1);
        _lan.TakeResponses().ShouldBeEmpty();

        _lan.Say(Wire.Query([Wire.Browse()], [_records.Pointer with { Ttl = (Timing.OtherTtl / 2) - 1 }]));
        _lan.Pass(1);
        _lan.TakeResponses().ShouldHaveSingleItem();
    }

    [Fact]
    public void Known_answers_may_come_in_several_packets_7_2()
    {
        _lan.Say(Wire.Query([Wire.Browse()], [Wire.RecordsOf("b", "b", "10.0.0.3").Pointer], truncated: true));
        _lan.Pass(0.1);
        _lan.Say(Wire.Query([], [_records.Pointer]));
        _lan.Pass(2);
        _lan.TakeResponses().ShouldBeEmpty();

        var asked = _lan.Now;
        _lan.Say(Wire.Query([Wire.Browse()], [Wire.RecordsOf("b", "b", "10.0.0.3").Pointer], truncated: true));
        _lan.Pass(2);
        (_lan.TakeResponses().ShouldHaveSingleItem().At - asked).ShouldBeInRange(TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void What_another_host_has_just_said_is_not_said_again_7_4()
    {
        _lan.Say(Wire.Query([new Question(OwnRecords.ServiceTypes, RecordType.Ptr)]));
        _lan.Say(Wire.Response(_records.TypePointer));
        _lan.Pass(1);

        _lan.TakeResponses().ShouldBeEmpty();
    }

    [Fact]
    public void No_record_is_multicast_twice_a_second_6()
    {
        for (var i = 0; i < 100; i++)
        {
            _lan.Say(Wire.Query([new Question(_host.Service.Name, RecordType.Srv)]));
            _lan.Pass(0.1);
        }

        _lan.TakeResponses().Count(p => p.Message.Answers.Any(r => r.Type == RecordType.Srv)).ShouldBeInRange(9, 11);
    }

    [Fact]
    public void A_probe_for_our_name_is_answered_at_once_though_the_record_was_said_just_now_6()
    {
        _lan.Say(Wire.Query([new Question(_host.Service.Name, RecordType.Srv)]));
        _lan.Pass(0.3);
        _lan.Wire.Clear();
        var rival = new ResourceRecord(_host.Service.Name, new ServiceData(0, 0, 1, DomainName.Parse("rival.local")), 120, false);

        _lan.Say(Wire.Query([new Question(_host.Service.Name, RecordType.Any, true)], authorities: [rival]));
        _lan.Pass(0.01);

        _lan.TakeResponses().ShouldHaveSingleItem().Message.Answers.Select(r => r.Type).ShouldContain(RecordType.Srv);
    }

    [Fact]
    public void Who_wants_unicast_gets_it_if_all_were_told_lately_and_else_all_are_told_5_4()
    {
        // Said 10 s ago, a quarter of 4500 s is not over.
        _lan.Say(Wire.Query([Wire.Browse(unicast: true)]));
        _lan.Pass(1);
        _lan.TakeResponses().ShouldBeEmpty();
        _host.Unicasts.ShouldHaveSingleItem().To.ShouldBe(Wire.Stranger);

        _lan.Pass(Timing.OtherTtl / 4);
        _lan.Wire.Clear();
        _lan.Say(Wire.Query([Wire.Browse(unicast: true)]));
        _lan.Pass(1);
        _lan.TakeResponses().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_resolver_that_knows_nothing_of_multicast_is_answered_alone_in_its_own_terms_6_7()
    {
        var resolver = new IPEndPoint(Wire.Stranger.Address, 40_000);

        _lan.Say(Wire.Query([new Question(_host.Service.HostName, RecordType.A, true)], id: 4711), resolver);
        _lan.Pass(1);

        _lan.TakeResponses().ShouldBeEmpty();
        var (message, to) = _host.Unicasts.ShouldHaveSingleItem();
        to.ShouldBe(resolver);
        message.Id.ShouldBe((ushort)4711);
        message.Questions.ShouldHaveSingleItem().ShouldBe(new Question(_host.Service.HostName, RecordType.A));
        message.Answers.Concat(message.Additionals).ShouldAllBe(r => r.Ttl <= 10 && !r.CacheFlush);
        message.Answers.ShouldHaveSingleItem().Data.ShouldBe(new AddressData(_host.Address));
    }

    [Fact]
    public void Forged_sources_buy_no_flood_of_answers()
    {
        for (var i = 0; i < 2000; i++)
        {
            _lan.Say(Wire.Query([new Question(_host.Service.HostName, RecordType.A)]), new IPEndPoint(IPAddress.Parse($"10.0.{i % 250}.{i / 250}"), 40_000));
            _lan.Pass(0.001);
        }

        // 40 at once and 20 in each of two seconds.
        _host.Unicasts.Count.ShouldBeInRange(40, 82);
    }

    [Fact]
    public void Our_record_with_too_short_a_life_is_put_right_6_6()
    {
        _lan.Say(Wire.Response(_records.Text with { Ttl = 5 }));
        _lan.Pass(2);

        _lan.TakeResponses().ShouldHaveSingleItem().Message.Answers.ShouldContain(r => r.SameAs(_records.Text) && r.Ttl == Timing.OtherTtl);
    }
}
