using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>What is answered, and when (RFC 6762 section 6).</summary>
public sealed class AnsweringTests
{
    private static readonly Question OwnSrv = new(Bench.Name, RecordType.Srv), OwnTxt = new(Bench.Name, RecordType.Txt);

    private readonly Bench _bench = new Bench().Established();

    [Fact]
    public void Unique_records_are_answered_at_once_RFC_6762_6()
    {
        var asked = Ask(OwnSrv, new(Bench.Host, RecordType.A));
        _bench.Pass(0);

        var answer = _bench.Responses.ShouldHaveSingleItem();
        (answer.At - asked).ShouldBeLessThan(TimeSpan.FromMilliseconds(10));
        answer.Message.Answers.Select(r => r.Type).ShouldBe([RecordType.Srv, RecordType.A]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Shared_records_are_answered_after_20_to_120_ms_RFC_6762_6(int seed)
    {
        var bench = new Bench(seed: seed).Established();
        var asked = bench.Now;
        bench.Hear(Stranger.Query(Stranger.Browse()));
        bench.Pass(5);

        Bench.Times(bench.Responses, asked).ShouldHaveSingleItem().ShouldBeInRange(20, 120);
    }

    [Fact]
    public void Every_question_of_a_query_is_answered_in_one_packet_RFC_6762_6()
    {
        Ask(
            Stranger.Browse(), OwnSrv, OwnTxt, new(Bench.Host, RecordType.Aaaa), new(Bench.Host, RecordType.A),
            new(Stranger.Instance("x"), RecordType.Srv));
        _bench.Pass(5);

        _bench.Responses.ShouldHaveSingleItem().Message.Answers.Select(r => r.Type).Order()
            .ShouldBe([RecordType.A, RecordType.Ptr, RecordType.Txt, RecordType.Aaaa, RecordType.Srv]);
    }

    [Fact]
    public void Questions_of_several_queriers_are_answered_together_RFC_6762_6_4()
    {
        Ask(Stranger.Browse());
        Ask(new Question(OwnRecords.ServiceTypes, RecordType.Ptr));
        _bench.Pass(5);

        _bench.Responses.ShouldHaveSingleItem().Message.Answers.Length.ShouldBe(2);
    }

    [Fact]
    public void Names_are_asked_for_in_any_case_RFC_6762_16()
    {
        Ask(
            new Question(DomainName.Parse("_MESHARA._Tcp.LOCAL"), RecordType.Ptr),
            new Question(DomainName.Parse("OWN._meshara._tcp.local"), RecordType.Srv));
        _bench.Pass(1);

        _bench.Responses.ShouldHaveSingleItem().Message.Answers.Length.ShouldBe(2);
    }

    [Fact]
    public void The_types_of_service_are_told_RFC_6763_9()
    {
        Ask(new Question(DomainName.Parse("_services._dns-sd._udp.local"), RecordType.Ptr));
        _bench.Pass(5);

        var answer = _bench.Responses.ShouldHaveSingleItem().Message.Answers.ShouldHaveSingleItem();
        ((PointerData)answer.Data).Target.ShouldBe(FakeLan.Type);
    }

    [Fact]
    public void Place_text_and_addresses_come_along_with_the_pointer_RFC_6763_12()
    {
        Ask(Stranger.Browse());
        _bench.Pass(1);

        var answer = _bench.Responses.ShouldHaveSingleItem().Message;
        answer.Answers.ShouldHaveSingleItem().Type.ShouldBe(RecordType.Ptr);
        answer.Additionals.Select(r => r.Type).Order()
            .ShouldBe([RecordType.A, RecordType.Txt, RecordType.Aaaa, RecordType.Srv, RecordType.Nsec]);
    }

    [Fact]
    public void The_other_family_comes_along_with_an_address_RFC_6762_6_2()
    {
        Ask(new Question(Bench.Host, RecordType.A));
        _bench.Pass(1);

        _bench.Responses.ShouldHaveSingleItem().Message.Additionals.ShouldContain(r => r.Type == RecordType.Aaaa);
    }

    [Fact]
    public void What_does_not_exist_is_said_not_to_exist_RFC_6762_6_1()
    {
        Ask(new(Bench.Name, RecordType.A), new(Bench.Host, RecordType.Srv));
        _bench.Pass(1);

        var answers = _bench.Responses.ShouldHaveSingleItem().Message.Answers;
        answers.Select(r => (r.Name, r.Type, r.CacheFlush))
            .ShouldBe([(Bench.Name, RecordType.Nsec, true), (Bench.Host, RecordType.Nsec, true)]);
        ((NsecData)answers[0].Data).Types.ShouldBe([RecordType.Txt, RecordType.Srv]);
        ((NsecData)answers[1].Data).Types.ShouldBe([RecordType.A, RecordType.Aaaa]);
    }

    [Fact]
    public void A_host_without_IPv6_says_that_it_has_none_RFC_6762_6_1()
    {
        var bench = new Bench();
        bench.Use(FakeHost.InterfaceOf(Bench.Eth, "10.0.0.1"));
        bench.Established().Hear(Stranger.Query(new Question(Bench.Host, RecordType.Aaaa)));
        bench.Pass(1);

        var nsec = bench.Responses.ShouldHaveSingleItem().Message.Answers.ShouldHaveSingleItem();
        ((NsecData)nsec.Data).Types.ShouldBe([RecordType.A]);
    }

    [Fact]
    public void No_record_is_multicast_twice_within_a_second_not_even_along_with_others_RFC_6762_6()
    {
        for (var i = 0; i < 500; i++)
        {
            Ask((i % 5) switch
            {
                0 => Stranger.Browse(),
                1 => OwnSrv,
                2 => new Question(Bench.Host, RecordType.A),
                3 => new Question(Bench.Host, (RecordType)15),
                _ => new Question(Bench.Name, RecordType.Any),
            });
            _bench.Pass(0.04);
        }

        Limits.LeastBetweenSame(_bench.Responses).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        _bench.Responses.SelectMany(r => r.Records).Count(r => r.Type == RecordType.Srv).ShouldBeGreaterThan(15);
    }

    [Fact]
    public void A_name_is_defended_against_a_probe_within_a_quarter_second_RFC_6762_6()
    {
        Ask(new Question(Bench.Name, RecordType.Any));
        _bench.Pass(0.3);
        _bench.Wire.Clear();
        var asked = _bench.Now;
        _bench.Hear(Stranger.Probe(Bench.Service.Srv(9999)));
        _bench.Pass(0.1);

        Bench.Times(_bench.Responses, asked).ShouldHaveSingleItem().ShouldBeLessThan(10);
        _bench.Hear(Stranger.Probe(Bench.Service.Srv(9999)));
        _bench.Pass(0.2);
        Bench.Times(_bench.Responses, asked).Last().ShouldBe(250, 10);
    }

    [Fact]
    public void A_probe_for_one_name_makes_other_records_no_more_frequent_RFC_6762_6()
    {
        for (var i = 0; i < 100; i++)
        {
            _bench.Hear(Stranger.Query([Stranger.Browse()], [], [Bench.Service.Srv(9999)]));
            _bench.Pass(0.1);
        }

        Limits.LeastBetweenSame(_bench.Responses).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_question_for_unicast_is_answered_so_when_it_was_multicast_within_a_quarter_of_its_ttl_RFC_6762_5_4()
    {
        // Announced ten seconds ago; a quarter of 120 s are 30.
        Ask(OwnSrv with { UnicastResponse = true });
        _bench.Pass(1);
        _bench.Responses.ShouldBeEmpty();
        _bench.Unicasts.ShouldHaveSingleItem().To.ShouldBe(Stranger.At(2));

        _bench.Pass(25);
        _bench.Wire.Clear();
        Ask(OwnSrv with { UnicastResponse = true });
        _bench.Pass(1);
        _bench.Unicasts.ShouldBeEmpty();
        _bench.Responses.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_question_that_came_by_unicast_is_answered_as_one_for_unicast_RFC_6762_5_5()
    {
        _bench.Hear(Stranger.Query(OwnSrv), toMulticast: false);
        _bench.Pass(1);

        _bench.Responses.ShouldBeEmpty();
        _bench.Unicasts.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_simple_resolver_gets_its_id_and_question_back_and_short_plain_records_RFC_6762_6_7()
    {
        var from = Stranger.At(2, port: 40000);
        _bench.Hear(Stranger.Query([Stranger.Browse(unicast: true)], [], id: 4711), from);

        var answer = _bench.Wire.ShouldHaveSingleItem();
        answer.To.ShouldBe(from);
        answer.Message.Id.ShouldBe((ushort)4711);
        answer.Message.Questions.ShouldHaveSingleItem().ShouldBe(Stranger.Browse());
        answer.Message.Answers.ShouldHaveSingleItem().Type.ShouldBe(RecordType.Ptr);
        answer.Message.Additionals.ShouldNotBeEmpty();
        answer.Records.ShouldAllBe(r => r.Ttl <= 10 && !r.CacheFlush);
    }

    [Fact]
    public void Who_asks_for_what_is_not_ours_hears_nothing_RFC_6762_6()
    {
        Ask(new(Stranger.Instance("other"), RecordType.Srv), new(DomainName.Parse("_http._tcp.local"), RecordType.Ptr));
        _bench.Hear(Stranger.Query(new Question(Stranger.Instance("other"), RecordType.Any)), Stranger.At(2, port: 40000));
        _bench.Pass(5);

        _bench.Wire.ShouldBeEmpty();
    }

    private TimeSpan Ask(params Question[] questions)
    {
        _bench.Hear(Stranger.Query(questions));
        return _bench.Now;
    }
}
