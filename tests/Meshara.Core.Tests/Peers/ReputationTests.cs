using CsCheck;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class ReputationTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ReputationPolicy Policy = new();

    [Fact]
    public void A_new_peer_has_none()
    {
        Reputation.New.ScoreAt(T0, Policy).ShouldBe(0);
        Reputation.New.StandingAt(T0, Policy).ShouldBe(Standing.Good);
    }

    [Theory]
    [InlineData(0, -40)]
    [InlineData(10, -20)]
    [InlineData(20, -10)]
    [InlineData(-60, -40)]
    public void A_score_halves_in_its_half_life_and_never_grows_by_a_clock_that_went_back(int minutes, double score) =>
        new Reputation(-40, T0, 0, T0).ScoreAt(T0.AddMinutes(minutes), Policy).ShouldBe(score, 1e-9);

    [Theory]
    [InlineData(0, nameof(Standing.Good))]
    [InlineData(-20, nameof(Standing.Good))]
    [InlineData(-20.01, nameof(Standing.Low))]
    [InlineData(-50, nameof(Standing.Low))]
    [InlineData(-50.01, nameof(Standing.Bannable))]
    [InlineData(100, nameof(Standing.Good))]
    public void The_standing_follows_from_the_score(double score, string standing) =>
        new Reputation(score, T0, 0, T0).StandingAt(T0, Policy).ToString().ShouldBe(standing);

    [Theory]
    [InlineData((int)ReputationCause.MessageDelivered, 0.1)]
    [InlineData((int)ReputationCause.VerificationFailed, -20)]
    [InlineData((int)ReputationCause.Timeout, -5)]
    [InlineData((int)ReputationCause.ConnectionLost, -2)]
    [InlineData((int)ReputationCause.ProtocolViolation, -100)]
    [InlineData((int)ReputationCause.Operator, 0)]
    public void Each_cause_moves_it_by_its_amount(int cause, double score) =>
        Reputation.New.After((ReputationCause)cause, T0, Policy).Score.ShouldBe(score, 1e-9);

    [Fact]
    public void Every_cause_has_an_amount() => Enum.GetValues<ReputationCause>().ShouldAllBe(c => !double.IsNaN(Policy.DeltaOf(c)));

    [Fact]
    public void A_protocol_violation_bans_even_the_best() =>
        new Reputation(Reputation.Highest, T0, 0, T0).After(ReputationCause.ProtocolViolation, T0, Policy).Score.ShouldBe(0);

    [Fact]
    public void Gains_are_capped_per_minute_and_losses_are_not()
    {
        var gained = Reputation.New.After(ReputationCause.MessageDelivered, T0, Policy, 1_000_000);
        gained.Score.ShouldBe(5);

        gained.After(ReputationCause.MessageDelivered, T0.AddSeconds(59), Policy, 100).Score.ShouldBeLessThan(5);
        gained.After(ReputationCause.MessageDelivered, T0.AddSeconds(60), Policy, 1_000).Score.ShouldBe(5 + gained.ScoreAt(T0.AddSeconds(60), Policy), 1e-9);
        gained.After(ReputationCause.Timeout, T0, Policy, 100).Score.ShouldBe(Reputation.Lowest);
    }

    [Fact]
    public void The_score_stays_within_its_bounds_and_gains_within_their_cap_whatever_comes() =>
        Gen.Select(Gen.Enum<ReputationCause>(), Gen.Int[-30, 90], Gen.Int[1, 500]).Array[1, 60].Sample(steps =>
        {
            var (now, reputation) = (T0, Reputation.New);
            foreach (var (cause, seconds, times) in steps)
            {
                now = now.AddSeconds(seconds);
                var before = reputation.ScoreAt(now, Policy);
                reputation = reputation.After(cause, now, Policy, times);
                if (reputation.Score is < Reputation.Lowest or > Reputation.Highest
                    || reputation.Score - before > Policy.GainPerMinute + 1e-9
                    || reputation.Gained > Policy.GainPerMinute + 1e-9)
                {
                    return false;
                }
            }

            return true;
        });

    [Fact]
    public void A_decayed_score_is_the_same_however_often_it_was_looked_at_or_written_down_meanwhile() =>
        Gen.Select(Gen.Enum<ReputationCause>(), Gen.Int[0, 1800].Array[0, 6], Gen.Bool).Array[1, 30].Sample(steps =>
        {
            var (now, untouched, looked) = (T0, Reputation.New, Reputation.New);
            foreach (var (cause, looks, isWritten) in steps)
            {
                foreach (var seconds in looks)
                {
                    now = now.AddSeconds(seconds);
                    var score = looked.ScoreAt(now, Policy);
                    looked = isWritten ? looked with { Score = score, At = now } : looked;
                }

                (untouched, looked) = (untouched.After(cause, now, Policy), looked.After(cause, now, Policy));
                if (Math.Abs(untouched.Score - looked.Score) > 1e-9 || Math.Abs(untouched.ScoreAt(now.AddHours(1), Policy)) > Math.Abs(untouched.Score))
                {
                    return false;
                }
            }

            return true;
        });

    [Fact]
    public void No_minute_brings_more_than_twice_the_cap() => Gen.Int[0, 20].Array[2, 80].Sample(gaps =>
    {
        // Without decay, so that what is there was gained.
        var policy = Policy with { HalfLife = TimeSpan.FromDays(10_000) };
        var now = T0;
        var reputation = Reputation.New;
        var history = new List<(DateTimeOffset At, double Score)> { (now, 0) };
        foreach (var gap in gaps)
        {
            now = now.AddSeconds(gap);
            reputation = reputation.After(ReputationCause.MessageDelivered, now, policy, 30);
            history.Add((now, reputation.Score));
        }

        return history.All(h => reputation.Score - h.Score <= (2 * policy.GainPerMinute) + 0.01 || now - h.At > TimeSpan.FromMinutes(1));
    });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(8, 128)]
    [InlineData(9, 168)]
    [InlineData(1000, 168)]
    [InlineData(0, 1)]
    public void A_ban_doubles_up_to_a_week(int count, int hours) => Policy.BanLength(count).ShouldBe(TimeSpan.FromHours(hours));
}
