using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>Hosts that find each other, and lose each other.</summary>
public sealed class DiscoveryTests
{
    private readonly FakeLan _lan = new();

    [Fact]
    public void A_new_host_finds_the_old_one_within_a_quarter_second_and_is_found_within_one_and_a_half()
    {
        var old = _lan.Add("old", 1).Publish().Browse();
        _lan.Pass(10);
        var fresh = _lan.Add("fresh", 2).Publish().Browse();

        _lan.Pass(0.25);
        var seen = fresh.Found.ShouldHaveSingleItem();
        seen.Name.ToString().ShouldBe("old._meshara._tcp.local");
        seen.Port.ShouldBe((ushort)7373);
        seen.Addresses.Select(a => a.ToString()).ShouldBe(["10.0.0.1", "fe80::1%2"]);
        seen.Text.TryGet("NAME", out var value).ShouldBeTrue();
        value.ShouldBe("old");
        _lan.Pass(1.25);
        old.Found.ShouldHaveSingleItem().Name.ToString().ShouldBe("fresh._meshara._tcp.local");
    }

    [Fact]
    public void A_host_does_not_find_itself()
    {
        var alone = _lan.Add("alone", 1).Publish().Browse();

        _lan.Pass(300);

        alone.Told.ShouldBeEmpty();
    }

    [Fact]
    public void Who_says_goodbye_is_lost_at_once()
    {
        var (one, other) = Two();

        other.Stop();

        var lost = one.Told.OfType<EngineOutput.Lost>().ShouldHaveSingleItem();
        (lost.Name.ToString(), lost.Why).ShouldBe(("other._meshara._tcp.local", LostBy.Goodbye));
    }

    [Fact]
    public void Who_is_silent_is_asked_again_and_lost_when_its_time_is_over()
    {
        var (one, other) = Two();
        _lan.Remove(other);

        _lan.Pass(100);
        one.Told.OfType<EngineOutput.Lost>().ShouldBeEmpty();
        _lan.Pass(60);

        one.Told.OfType<EngineOutput.Lost>().ShouldHaveSingleItem().Why.ShouldBe(LostBy.Expiry);
    }

    [Fact]
    public void Who_is_there_stays_found_for_many_lives_of_its_records()
    {
        var (one, other) = Two();

        _lan.Pass(TimeSpan.FromHours(6));

        one.Told.ShouldHaveSingleItem();
        other.Told.ShouldHaveSingleItem();
    }

    [Fact]
    public void Twenty_hosts_that_start_together_all_find_each_other_and_are_quiet_then()
    {
        var hosts = Enumerable.Range(1, 20).Select(i => _lan.Add($"host-{i}", i).Publish().Browse()).ToList();

        _lan.Pass(3);
        hosts.ShouldAllBe(h => h.Found.Select(f => f.Name).Distinct().Count() == 19);
        var atFirst = _lan.Wire.Count;
        _lan.Pass(120);
        _lan.Wire.Clear();
        _lan.Pass(600);

        atFirst.ShouldBeLessThan(20 * 25);
        var perSecondAndNode = _lan.Wire.Count / 600.0 / 20;
        perSecondAndNode.ShouldBeLessThan(0.2);
        hosts.ShouldAllBe(h => h.Told.Count(t => t is EngineOutput.Lost) == 0);
    }

    [Fact]
    public void One_that_did_not_work_is_asked_for_again_and_forgotten_unless_it_answers_RFC_6762_10_4()
    {
        var (one, other) = Two();
        one.Engine.Verify(DomainName.Parse("other._meshara._tcp.local"), _lan.Now);
        one.Flush();
        _lan.Pass(30);
        one.Told.OfType<EngineOutput.Lost>().ShouldBeEmpty();

        _lan.Remove(other);
        one.Engine.Verify(DomainName.Parse("other._meshara._tcp.local"), _lan.Now);
        one.Flush();
        _lan.Pass(11);

        one.Told.OfType<EngineOutput.Lost>().ShouldHaveSingleItem();
    }

    private (FakeHost One, FakeHost Other) Two()
    {
        var (one, other) = (_lan.Add("one", 1).Publish().Browse(), _lan.Add("other", 2).Publish().Browse());
        _lan.Pass(5);
        one.Told.ShouldHaveSingleItem();
        return (one, other);
    }
}
