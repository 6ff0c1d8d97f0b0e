using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>What is asked and when, and what is believed and for how long (RFC 6762 sections 5, 7 and 10).</summary>
public sealed class BrowsingTests
{
    private static readonly OwnRecords B = Wire.RecordsOf("b", "b", "10.0.0.3");

    private readonly FakeLan _lan = new();

    [Fact]
    public void The_first_question_comes_within_120_ms_and_the_next_ever_more_seldom_5_2()
    {
        var began = _lan.Now;
        _lan.Add("a", 1).Browse();

        _lan.Pass(150);

        var asked = _lan.TakeQueries().Select(p => p.At).ToList();
        (asked[0] - began).ShouldBeInRange(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(120));
        asked.Zip(asked.Skip(1)).Select(p => (p.Second - p.First).TotalSeconds).ShouldBe([1, 2, 4, 8, 16, 30, 30, 30]);
    }

    [Fact]
    public void Only_the_first_question_asks_for_unicast_and_only_if_that_is_wanted_5_4()
    {
        _lan.Add("a", 1, askForUnicast: true).Browse();
        _lan.Pass(10);
        _lan.TakeQueries().Select(p => p.Message.Questions[0].UnicastResponse).ShouldBe([true, false, false, false]);
    }

    [Fact]
    public void A_host_that_asks_for_unicast_finds_by_it()
    {
        _lan.Add("b", 2).Publish();
        _lan.Pass(5);
        var a = _lan.Add("a", 1, askForUnicast: true).Browse();

        _lan.Pass(0.3);

        a.Found.ShouldHaveSingleItem();
    }

    [Fact]
    public void What_is_known_is_told_with_the_question_while_half_of_its_time_is_left_7_1()
    {
        _lan.Add("a", 1).Browse();
        _lan.Pass(0.2);
        _lan.Say(Wire.Response([B.Pointer with { Ttl = 20 }, B.Location, B.Text, .. B.Addresses]));
        _lan.Wire.Clear();

        // Asked 1 s and 3 s after the first question; and at 7 s, and then at 15 s, when less than half of 20 s is left.
        _lan.Pass(15.5);

        var known = _lan.TakeQueries().Where(p => p.Message.Questions.Any(q => q.Asks(Wire.Browse()))).Select(p => p.Message.Answers.Length).ToList();
        known.Take(4).ShouldBe([1, 1, 1, 0]);
    }

    [Fact]
    public void More_known_answers_than_fit_go_into_further_packets_7_2()
    {
        _lan.Add("a", 1).Browse();
        _lan.Pass(0.2);
        foreach (var some in Enumerable.Range(0, 60).Chunk(10))
        {
            _lan.Say(Wire.Response(some.SelectMany(i => Wire.RecordsOf($"instance-with-a-long-name-{i}", $"h{i}", "10.0.0.3").All.Where(r => r.Type != RecordType.Ptr || r.Name.Equals(FakeLan.Type)))));
        }

        _lan.Wire.Clear();
        _lan.Pass(1);

        var query = _lan.TakeQueries();
        query.Count.ShouldBeGreaterThan(1);
        query.SkipLast(1).ShouldAllBe(p => p.Message.IsTruncated);
        query[^1].Message.IsTruncated.ShouldBeFalse();
        query.Sum(p => p.Message.Answers.Length).ShouldBe(60);
        query.ShouldAllBe(p => p.Size <= Timing.PacketSize);
    }

    [Fact]
    public void Who_hears_its_own_question_asked_by_another_need_not_ask_7_3()
    {
        _lan.Add("a", 1).Browse();
        _lan.Say(Wire.Query([Wire.Browse()]));
        _lan.Pass(0.9);
        _lan.TakeQueries().ShouldBeEmpty();

        // Who knows more than we do gets fewer answers than we need.
        _lan.Say(Wire.Query([Wire.Browse()], [B.Pointer]));
        _lan.Pass(0.2);
        _lan.TakeQueries().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_record_is_asked_for_again_at_80_85_90_and_95_percent_of_its_time_5_2()
    {
        _lan.Add("a", 1).Browse();
        _lan.Pass(0.2);
        var heard = _lan.Now;
        _lan.Say(Wire.Response([B.Pointer, B.Location, B.Text, .. B.Addresses]));
        _lan.Wire.Clear();

        _lan.Pass(120.5);

        var asked = _lan.TakeQueries().Where(p => p.Message.Questions.Any(q => q.Type == RecordType.Srv))
            .Select(p => (p.At - heard).TotalSeconds / 120).ToList();
        asked.Count.ShouldBe(5, "four times, and once more when it is missing");
        asked.Take(4).Zip([0.80, 0.85, 0.90, 0.95]).ShouldAllBe(p => p.First >= p.Second - 0.001 && p.First <= p.Second + 0.021);
    }

    [Fact]
    public void A_short_time_to_live_is_believed_but_buys_no_traffic()
    {
        var host = _lan.Add("a", 1).Browse();
        _lan.Pass(0.2);
        _lan.Wire.Clear();
        for (var i = 0; i < 60; i++)
        {
            _lan.Say(Wire.Response([B.Pointer, B.Location with { Ttl = 2 }, B.Text, .. B.Addresses]));
            _lan.Pass(1);
        }

        host.Told.ShouldHaveSingleItem();
        _lan.TakeQueries().Count(p => p.Message.Questions.Any(q => q.Type == RecordType.Srv)).ShouldBeLessThan(5);
    }

    [Fact]
    public void The_flush_bit_ends_what_was_heard_more_than_a_second_ago_10_2()
    {
        var host = _lan.Add("a", 1).Browse();
        _lan.Pass(0.2);
        _lan.Say(Wire.Response([B.Pointer, B.Location, B.Text, .. B.Addresses]));
        _lan.Pass(5);

        // Two packets of one announcement: the second does not flush the first.
        var moved = Wire.RecordsOf("b", "b", "10.0.0.4").Addresses[0];
        var second = Wire.RecordsOf("b", "b", "10.0.0.5").Addresses[0];
        _lan.Say(Wire.Response(moved));
        _lan.Pass(0.5);
        _lan.Say(Wire.Response(second));
        _lan.Pass(5);

        host.Found.Last().Addresses.Select(a => $"{a}").ShouldBe(["10.0.0.4", "10.0.0.5"]);
        host.Told.ShouldAllBe(t => t is EngineOutput.Found);
    }

    [Fact]
    public void A_record_that_differs_in_its_flush_bit_alone_is_no_other_record()
    {
        var host = _lan.Add("a", 1).Browse();
        _lan.Pass(0.2);
        for (var i = 0; i < 10; i++)
        {
            var flush = i % 2 == 0;
            _lan.Say(Wire.Response([B.Pointer, .. B.UniqueRecords.Select(r => r with { CacheFlush = flush })]));
            _lan.Pass(3);
        }

        host.Told.ShouldHaveSingleItem();
    }

    [Fact]
    public void What_is_missing_of_an_instance_is_asked_for_a_few_times()
    {
        var host = _lan.Add("a", 1).Browse();
        _lan.Pass(0.2);
        _lan.Wire.Clear();
        _lan.Say(Wire.Response(B.Pointer));
        _lan.Pass(60);

        _lan.TakeQueries().Count(p => p.Message.Questions.Any(q => q.Type == RecordType.Srv)).ShouldBe(4);
        host.Told.ShouldBeEmpty();
        _lan.Say(Wire.Response([B.Location, B.Text, .. B.Addresses]));
        host.Found.ShouldHaveSingleItem();
    }

    [Fact]
    public void What_an_interface_taught_goes_with_it_and_with_its_network()
    {
        var host = _lan.Add("a", 1).Browse();
        _lan.Add("b", 2).Publish();
        _lan.Pass(5);
        host.Found.ShouldHaveSingleItem();

        host.Engine.Use([], _lan.Now);
        host.Flush();
        host.Told.OfType<EngineOutput.Lost>().ShouldHaveSingleItem().Why.ShouldBe(LostBy.Interface);
        host.Engine.Use([host.Interface()], _lan.Now);
        _lan.Pass(1);
        host.Found.Count().ShouldBe(2);

        host.Engine.Use([FakeHost.InterfaceOf(FakeHost.Index, "192.168.7.7")], _lan.Now);
        host.Flush();
        host.Told.OfType<EngineOutput.Lost>().Count().ShouldBe(2);
    }

    [Fact]
    public void An_answer_from_another_port_is_none_6()
    {
        var host = _lan.Add("a", 1).Browse();
        _lan.Say(Wire.Response([B.Pointer, B.Location, B.Text, .. B.Addresses]), new IPEndPoint(Wire.Stranger.Address, 1234));
        host.Told.ShouldBeEmpty();
    }
}
