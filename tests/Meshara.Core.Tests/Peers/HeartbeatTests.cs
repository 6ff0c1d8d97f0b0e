using CsCheck;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class HeartbeatTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30), Timeout = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(0, false)]
    [InlineData(29.999, false)]
    [InlineData(30, true)]
    [InlineData(100, true)]
    public void A_ping_goes_out_after_a_silence(double silence, bool pings)
    {
        var (_, step) = Fresh().OnTick(At(silence), 7);

        step.ShouldBe(pings ? new HeartbeatStep.SendPing(7) : HeartbeatStep.Wait.Instance);
    }

    [Theory]
    [InlineData(39.999, false)]
    [InlineData(40, true)]
    [InlineData(400, true)]
    public void Without_an_answer_it_is_dead(double now, bool dead)
    {
        var (pinged, _) = Fresh().OnTick(At(30), 7);

        pinged.OnTick(At(now), 8).Step.ShouldBe(dead ? HeartbeatStep.DeclareDead.Instance : HeartbeatStep.Wait.Instance);
    }

    [Fact]
    public void Whatever_arrives_is_a_sign_of_life()
    {
        var (pinged, _) = Fresh().OnTick(At(30), 7);

        var (alive, step) = pinged.OnHeard(At(35)).OnTick(At(40), 8);

        step.ShouldBe(HeartbeatStep.Wait.Instance);
        alive.Due.ShouldBe(At(65));
    }

    [Fact]
    public void The_next_decision_is_due_when_there_is_one()
    {
        Fresh().Due.ShouldBe(At(30));
        Fresh().OnHeard(At(12)).Due.ShouldBe(At(42));
        Fresh().OnTick(At(30), 7).Next.Due.ShouldBe(At(40));
    }

    [Fact]
    public void The_first_pong_is_the_round_trip_time_and_the_later_ones_smooth_it()
    {
        var beat = Fresh().OnPingSent(1, At(1)).OnPong(1, At(1.08));
        beat.RoundTripTime.ShouldBe(TimeSpan.FromMilliseconds(80));

        beat = beat.OnPingSent(2, At(2)).OnPong(2, At(2.16));
        beat.RoundTripTime.ShouldBe(TimeSpan.FromMilliseconds(90));
    }

    [Fact]
    public void A_pong_that_nobody_asked_for_is_life_but_no_sample()
    {
        var beat = Fresh().OnPingSent(1, At(1)).OnPong(2, At(1.01));

        beat.RoundTripTime.ShouldBeNull();
        beat.LastHeard.ShouldBe(At(1.01));
        beat.OnPong(1, At(1.5)).RoundTripTime.ShouldBe(TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void A_pong_counts_once()
    {
        var beat = Fresh().OnPingSent(1, At(1)).OnPong(1, At(1.1));

        beat.OnPong(1, At(9)).RoundTripTime.ShouldBe(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Pings_of_people_do_not_keep_a_dead_peer_alive()
    {
        var beat = Fresh().OnPingSent(1, At(0.5));
        for (var second = 1; second <= 9; second++)
        {
            beat = beat.OnPingSent((ulong)second + 1, At(second));
        }

        beat.Due.ShouldBe(At(10.5));
        beat.OnTick(At(10.5), 99).Step.ShouldBe(HeartbeatStep.DeclareDead.Instance);
    }

    /// <summary>Against what the sentence in the design says: dead if and only if a ping was followed by a timeout's worth of nothing.</summary>
    [Fact]
    public void Who_was_heard_within_the_timeout_is_never_declared_dead_and_who_was_not_always_is()
    {
        var gaps = Gen.Select(Gen.Int[1, 3], Gen.Int[1, 15_000]).Array[1, 60];
        gaps.Sample(steps =>
        {
            var (now, heard) = (TimeSpan.Zero, TimeSpan.Zero);
            TimeSpan? pinged = null;
            var beat = Fresh();
            foreach (var (what, milliseconds) in steps)
            {
                now += TimeSpan.FromMilliseconds(milliseconds);
                if (what == 1)
                {
                    (heard, beat) = (now, beat.OnHeard(now));
                    continue;
                }

                (beat, var step) = beat.OnTick(now, 5);
                var waiting = pinged is { } sent && heard <= sent ? pinged : null;
                var expectDead = waiting is { } since && now - since >= Timeout;
                if ((step is HeartbeatStep.DeclareDead) != expectDead)
                {
                    return false;
                }

                if (expectDead)
                {
                    return true;
                }

                pinged = step is HeartbeatStep.SendPing ? now : waiting;
            }

            return true;
        });
    }

    private static Heartbeat Fresh() => new(Interval, Timeout, TimeSpan.Zero);

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
