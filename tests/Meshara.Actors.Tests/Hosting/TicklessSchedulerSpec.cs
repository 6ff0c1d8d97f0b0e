using Akka.Actor;
using Akka.TestKit.Xunit2;
using Meshara.Actors.Hosting;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Hosting;

/// <summary>The scheduler of a program that is idle most of the time.</summary>
public sealed class TicklessSchedulerSpec()
    : TestKit("akka { loglevel = OFF, scheduler.implementation = \"Meshara.Actors.Hosting.TicklessScheduler, Meshara.Actors\" }")
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _happened = [];

    private IScheduler Scheduler => field ??= new TicklessScheduler(Sys.Settings.Config, Sys.Log, _time);

    [Fact]
    public void What_is_due_soon_happens_in_its_millisecond_and_once()
    {
        After(20, "second");
        After(0, "at once");
        After(5, "first");

        Pass(0);
        Pass(4);
        Happened().ShouldBe(["at once"]);
        Pass(1);
        Happened().ShouldBe(["first"]);
        Pass(14);
        Happened().ShouldBeEmpty();
        Pass(1);
        Happened().ShouldBe(["second"]);
        Pass(60_000);
        Happened().ShouldBeEmpty();
        Scheduler.MonotonicClock.ShouldBe(TimeSpan.FromMilliseconds(60_020));
    }

    [Fact]
    public void What_is_due_later_happens_together_never_too_soon_and_at_most_a_tenth_of_a_second_late()
    {
        After(30_010, "one");
        After(30_090, "other");
        Pass(30_090);
        Happened().ShouldBeEmpty();

        Pass(10);
        Happened().ShouldBe(["one", "other"], ignoreOrder: true);

        After(1_000, "on the tenth");
        Pass(999);
        Happened().ShouldBeEmpty();
        Pass(101);
        Happened().ShouldBe(["on the tenth"]);
    }

    [Fact]
    public void What_is_further_away_than_a_timer_of_the_runtime_goes_happens_all_the_same()
    {
        Scheduler.Advanced.ScheduleOnce(TimeSpan.FromDays(100), () => _happened.Add("far"));

        for (var day = 1; day < 100; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
        }

        Happened().ShouldBeEmpty();
        _time.Advance(TimeSpan.FromDays(1));
        Happened().ShouldBe(["far"]);
    }

    [Fact]
    public void What_happens_again_and_again_goes_on_though_it_fails_until_it_is_cancelled()
    {
        using var cancelable = new Cancelable(Scheduler);
        Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20), () =>
        {
            _happened.Add("again");
            throw new InvalidOperationException("of the test");
        }, cancelable);

        Pass(10);
        Pass(20);
        Pass(20);
        Happened().Count.ShouldBe(3);
        cancelable.Cancel();
        Pass(100);
        Happened().ShouldBeEmpty();
    }

    [Fact]
    public void What_is_cancelled_does_not_happen_and_nothing_does_once_the_scheduler_has_stopped()
    {
        using var cancelled = new Cancelable(Scheduler);
        cancelled.Cancel();
        Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(1), () => _happened.Add("cancelled before"), cancelled);
        using var later = new Cancelable(Scheduler);
        Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(5), () => _happened.Add("cancelled after"), later);
        After(5, "late");
        Pass(1);
        later.Cancel();

        // As the actor system does when it ends.
        ((IDisposable)Scheduler).Dispose();
        After(1, "too late");

        Pass(60_000);
        Happened().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_actor_system_uses_it_and_timers_of_actors_are_kept_and_cancelled()
    {
        Sys.Scheduler.ShouldBeOfType<TicklessScheduler>();

        Sys.ActorOf(Props.Create(() => new Ticker(TestActor)));

        await ExpectMsgAsync("single");
        await ExpectMsgAsync("periodic");
        await ExpectMsgAsync("periodic");
    }

    private void After(int milliseconds, string name) =>
        Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(milliseconds), () => _happened.Add(name));

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Since it was last asked.</summary>
    private List<string> Happened()
    {
        List<string> happened = [.. _happened];
        _happened.Clear();
        return happened;
    }

    private sealed class Ticker : ReceiveActor, IWithTimers
    {
        private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

        public Ticker(IActorRef told) => ReceiveAny(told.Tell);

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            Timers.StartSingleTimer("cancelled", "cancelled", TimeSpan.Zero);
            Timers.Cancel("cancelled");
            Timers.StartSingleTimer("single", "single", Soon);
            Timers.StartPeriodicTimer("periodic", "periodic", 3 * Soon, 3 * Soon);
        }
    }
}
