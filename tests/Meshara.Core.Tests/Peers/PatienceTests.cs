using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

/// <summary>The adaptive failure detector: what it learns, and what a heartbeat makes of it.</summary>
public sealed class PatienceTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(10);

    [Fact]
    public void Even_answers_leave_little_more_than_the_pause() =>
        After(Enumerable.Repeat(0.05, 100)).Limit.TotalSeconds.ShouldBeInRange(2.3, 2.5);

    [Fact]
    public void Answers_that_scatter_are_given_more() =>
        After(Enumerable.Range(0, 100).Select(n => 0.1 + (n % 5 * 0.2))).Limit.TotalSeconds.ShouldBeInRange(3.5, 5.5);

    [Fact]
    public void One_late_answer_changes_little_and_several_in_a_row_much()
    {
        var even = After(Enumerable.Repeat(0.05, 100));

        (even.OnAnswer(Seconds(2)).Limit - even.Limit).TotalSeconds.ShouldBeLessThan(0.6);
        Enumerable.Repeat(2.0, 5).Aggregate(even, (p, s) => p.OnAnswer(Seconds(s))).Limit.TotalSeconds.ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    public void The_surer_a_death_must_be_the_longer_it_waits(double phi) =>
        new Patience(Pause, phi + 1).Limit.ShouldBeGreaterThan(new Patience(Pause, phi).Limit);

    [Fact]
    public void A_silent_peer_is_looked_at_twice()
    {
        var beat = Pinged(out var limit);

        var (first, step) = beat.OnTick(At(1) + limit, 2);
        step.ShouldBe(HeartbeatStep.Wait.Instance);
        first.Due.ShouldBe(At(1.1) + limit);
        first.OnTick(At(1.05) + limit, 3).Step.ShouldBe(HeartbeatStep.Wait.Instance);
        first.OnTick(At(1.1) + limit, 3).Step.ShouldBe(HeartbeatStep.DeclareDead.Instance);
    }

    [Fact]
    public void What_lay_unread_while_this_node_was_stopped_saves_the_peer()
    {
        var beat = Pinged(out var limit);

        var (first, _) = beat.OnTick(At(4) + limit, 2);
        var (second, step) = first.OnHeard(At(4.01) + limit).OnTick(At(4.2) + limit, 3);

        step.ShouldBe(HeartbeatStep.Wait.Instance);
        second.Due.ShouldBe(At(5.01) + limit);
    }

    [Fact]
    public void After_a_sign_of_life_the_next_ping_does_not_wait_for_the_answer_to_the_last()
    {
        var beat = Pinged(out _).OnHeard(At(1.2));

        beat.Due.ShouldBe(At(2.2));
        beat.OnTick(At(2.2), 2).Step.ShouldBe(new HeartbeatStep.SendPing(2));
    }

    [Fact]
    public void However_answers_scatter_the_timeout_is_the_most()
    {
        var beat = Pinged(out _) with { Patience = After([5, 0.1, 6, 0.1, 7, 0.1, 8, 0.1, 9]) };

        beat.Patience!.Limit.ShouldBeGreaterThan(Timeout);
        beat.Due.ShouldBe(At(1) + Timeout);
    }

    private static Heartbeat Pinged(out TimeSpan limit)
    {
        var fresh = new Heartbeat(Seconds(1), Timeout, TimeSpan.Zero) { Patience = After([0.05]) };
        limit = fresh.Patience!.Limit;
        return fresh.OnTick(At(1), 1).Next;
    }

    private static Patience After(IEnumerable<double> answers) => answers.Aggregate(new Patience(Pause, 12), (p, s) => p.OnAnswer(Seconds(s)));

    private static TimeSpan At(double seconds) => Seconds(seconds);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
