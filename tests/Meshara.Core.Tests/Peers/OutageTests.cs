using CsCheck;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class OutageTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    [Fact]
    public void One_of_many_that_breaks_is_blamed_when_its_time_is_over()
    {
        var outage = new Outage(Window).OnLost(LossOf(1), 8, true, Now);

        outage.OnTick(Now.AddSeconds(14)).Verdicts.ShouldBeEmpty();
        var (after, verdicts) = outage.OnTick(Now.AddSeconds(15));
        verdicts.ShouldBe([LossOf(1)]);
        after.OnTick(Now.AddSeconds(16)).Verdicts.ShouldBeEmpty();
        after.IsAway.ShouldBeFalse();
    }

    [Fact]
    public void When_most_break_within_the_window_nobody_is_blamed_and_the_node_is_away()
    {
        var outage = Enumerable.Range(0, 5).Aggregate(new Outage(Window), (o, n) => o.OnLost(LossOf(n), 8 - n, true, Now.AddSeconds(n)));

        outage.AwaySince.ShouldBe(Now);
        outage.OnTick(Now.AddSeconds(60)).Verdicts.ShouldBeEmpty();
        var back = outage.OnBack(Now.AddSeconds(61));
        back.IsAway.ShouldBeFalse();
        back.OnLost(LossOf(7), 3, true, Now.AddSeconds(62)).IsInDoubt.ShouldBeFalse();
        back.OnLost(LossOf(7), 3, true, Now.AddSeconds(90)).IsInDoubt.ShouldBeTrue();
    }

    [Fact]
    public void Connections_that_outlive_the_window_show_that_the_node_is_there()
    {
        var outage = Enumerable.Range(0, 5).Aggregate(new Outage(Window), (o, n) => o.OnLost(LossOf(n), 8 - n, true, Now));

        outage.OnTick(Now.AddSeconds(14), open: 3).Next.IsAway.ShouldBeTrue();
        outage.OnTick(Now.AddSeconds(15), open: 0).Next.IsAway.ShouldBeTrue();
        outage.OnTick(Now.AddSeconds(15), open: 3).Next.IsAway.ShouldBeFalse();
    }

    [Fact]
    public void Two_that_break_of_two_are_too_few_to_tell() =>
        new Outage(Window).OnLost(LossOf(1), 2, true, Now).OnLost(LossOf(2), 1, true, Now).IsAway.ShouldBeFalse();

    [Fact]
    public void Who_came_after_the_first_had_broken_says_nothing_of_this_node_however_often_it_vanishes()
    {
        var outage = new Outage(Window).OnLost(LossOf(1), 8, true, Now);
        for (var n = 1; n <= 2 * Outage.MostHeld; n++)
        {
            outage = outage.OnLost(LossOf(n % 200), 8, true, Now.AddMilliseconds(n), openedAt: Now.AddMilliseconds(n - 0.5));
        }

        outage.IsAway.ShouldBeFalse();
        outage.OnTick(Now.AddSeconds(15)).Verdicts.Length.ShouldBe(Outage.MostHeld);

        // Those who were there before say all the more.
        Enumerable.Range(0, 4).Aggregate(outage, (o, n) => o.OnLost(LossOf(n), 8, true, Now.AddSeconds(3), openedAt: Now.AddHours(-1))).IsAway.ShouldBeTrue();
    }

    [Fact]
    public void Without_a_network_the_first_loss_says_it() =>
        new Outage(Window).OnLost(LossOf(1), 8, false, Now).AwaySince.ShouldBe(Now);

    [Fact]
    public void What_breaks_after_a_sleep_is_nobodys_fault()
    {
        var (awake, _) = new Outage(Window).OnTick(Now).Next.OnLost(LossOf(1), 8, true, Now).OnTick(Now.AddHours(3));

        awake.IsInDoubt.ShouldBeFalse();
        awake.OnLost(LossOf(2), 8, true, Now.AddHours(3).AddSeconds(5)).IsInDoubt.ShouldBeFalse();
        awake.OnLost(LossOf(2), 8, true, Now.AddHours(3).AddSeconds(20)).IsInDoubt.ShouldBeTrue();
    }

    [Fact]
    public void A_loss_is_judged_at_most_once_and_never_one_of_a_cut() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 2], Gen.Int[1, 12]).Array[0, 60].Sample(steps =>
        {
            var outage = new Outage(Window).OnTick(Now).Next;
            var now = Now;
            var (lost, judged) = (0, 0);
            foreach (var (seconds, what, open) in steps)
            {
                now = now.AddSeconds(seconds);
                if (what == 0)
                {
                    outage = outage.OnLost(LossOf(lost++), open, true, now);
                }
                else if (what == 1)
                {
                    (outage, var verdicts) = outage.OnTick(now);
                    judged += verdicts.Length;
                    (verdicts.Length == 0 || !outage.IsAway).ShouldBeTrue();
                }
                else
                {
                    outage = outage.OnBack(now);
                    outage.IsAway.ShouldBeFalse();
                }
            }

            judged.ShouldBeLessThanOrEqualTo(lost);
        });

    private static Loss LossOf(int n) => new(NodeId.FromBytes([(byte)n, .. new byte[31]]), ReputationCause.ConnectionLost, Reason.ConnectionLost);
}
