using CsCheck;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class PaceTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(5);

    [Fact]
    public void One_seconds_worth_may_come_at_once_and_what_exceeds_it_is_waited_for()
    {
        var pace = new Pace(100, Start).After(100, Start);
        pace.Rest(Start).ShouldBe(TimeSpan.Zero);

        pace = pace.After(50, Start);
        pace.Rest(Start).ShouldBe(TimeSpan.FromMilliseconds(500));
        pace.Rest(Start + TimeSpan.FromMilliseconds(500)).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_silence_saves_up_no_more_than_a_second()
    {
        var now = Start + TimeSpan.FromDays(1);

        new Pace(100, Start).After(200, now).Rest(now).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Who_takes_the_rests_takes_no_more_than_the_pace_and_who_is_slower_never_rests() =>
        Gen.Select(Gen.Double[0.5, 100_000], Gen.Select(Gen.Int[1, 10_000], Gen.Int[0, 2_000]).Array[1, 100]).Sample((perSecond, steps) =>
        {
            var (pace, now, total, slow) = (new Pace(perSecond, Start), Start, 0L, new Pace(perSecond, Start));
            foreach (var (amount, wait) in steps)
            {
                now += TimeSpan.FromMilliseconds(wait) + pace.Rest(now + TimeSpan.FromMilliseconds(wait));
                total.ShouldBeLessThanOrEqualTo((long)Math.Ceiling(perSecond * ((now - Start).TotalSeconds + 1.001)));
                (pace, total) = (pace.After(amount, now), total + amount);
            }

            for (var (at, i) = (Start, 0); i < 20; i++)
            {
                at += TimeSpan.FromSeconds(10 / perSecond) + TimeSpan.FromTicks(1);
                (slow = slow.After((long)Math.Min(10, perSecond), at)).Rest(at).ShouldBe(TimeSpan.Zero);
            }
        });
}
