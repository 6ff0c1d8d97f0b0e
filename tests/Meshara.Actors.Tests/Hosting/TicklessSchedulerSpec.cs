using Akka.Actor;
using Akka.TestKit.Xunit2;
using Meshara.Actors.Hosting;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Hosting;

/// <summary>The scheduler of a program that is idle most of the time, under an actor system that was told to use it.</summary>
public sealed class TicklessSchedulerSpec()
    : TestKit("akka { loglevel = OFF, scheduler.implementation = \"Meshara.Actors.Hosting.TicklessScheduler, Meshara.Actors\" }")
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_is_scheduled_happens_when_it_is_due_and_not_before()
    {
        Sys.Scheduler.ShouldBeOfType<TicklessScheduler>();
        var before = Sys.Scheduler.MonotonicClock;

        Sys.Scheduler.ScheduleTellOnce(3 * Soon, TestActor, "late", TestActor);
        Sys.Scheduler.ScheduleTellOnce(Soon, TestActor, "soon", TestActor);
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromDays(1000), TestActor, "never", TestActor);
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, () => TestActor.Tell("at once"));

        await ExpectMsgAsync("at once", Patience);
        await ExpectMsgAsync("soon", Patience);
        await ExpectMsgAsync("late", Patience);
        (Sys.Scheduler.MonotonicClock - before).ShouldBeGreaterThan(2.9 * Soon);
    }

    [Fact]
    public async Task What_happens_again_and_again_goes_on_though_it_fails_until_it_is_cancelled()
    {
        using var cancelable = new Cancelable(Sys.Scheduler);
        var happened = 0;
        Sys.Scheduler.Advanced.ScheduleRepeatedly(Soon, Soon, () =>
        {
            happened++;
            TestActor.Tell(happened);
            throw new InvalidOperationException("of the test");
        }, cancelable);

        for (var i = 1; i <= 3; i++)
        {
            await ExpectMsgAsync(i, Patience);
        }

        cancelable.Cancel();
        await FishForNothingMoreAsync();
        var last = happened;
        await ExpectNoMsgAsync(5 * Soon);
        happened.ShouldBe(last);
    }

    [Fact]
    public async Task Timers_of_actors_are_kept_and_cancelled()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Ticker(TestActor)));
        await ExpectMsgAsync("single", Patience);
        await ExpectMsgAsync("periodic", Patience);
        await ExpectMsgAsync("periodic", Patience);

        Watch(actor);
        Sys.Stop(actor);
        await FishForMessageAsync(m => m is Terminated, Patience);
        await ExpectNoMsgAsync(5 * Soon);
    }

    [Fact]
    public async Task What_is_cancelled_before_does_not_happen_and_nothing_does_once_the_scheduler_has_stopped()
    {
        var happened = 0;
        using var cancelled = new Cancelable(Sys.Scheduler);
        cancelled.Cancel();
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, () => happened++, cancelled);
        Sys.Scheduler.Advanced.ScheduleOnce(25 * Soon, () => happened++);

        // As the actor system does when it ends.
        ((TicklessScheduler)Sys.Scheduler).Dispose();
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, () => happened++);

        await Task.Delay(30 * Soon);
        happened.ShouldBe(0);
    }

    private async Task FishForNothingMoreAsync()
    {
        while (HasMessages)
        {
            await ReceiveOneAsync(Soon);
        }
    }

    private sealed class Ticker : ReceiveActor, IWithTimers
    {
        public Ticker(IActorRef told)
        {
            ReceiveAny(told.Tell);
            Timers!.StartSingleTimer("cancelled", "cancelled", Soon);
            Timers.Cancel("cancelled");
            Timers.StartSingleTimer("single", "single", Soon);
            Timers.StartPeriodicTimer("periodic", "periodic", 3 * Soon, 3 * Soon);
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }
}
