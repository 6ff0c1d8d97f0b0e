using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Meshara.Simulation.Time;

/// <summary>
/// The scheduler of an actor system on virtual time. Akka's own TestScheduler looks through all that is scheduled on every advance, which
/// is too slow for a network of nodes.
/// </summary>
internal sealed class VirtualScheduler : IScheduler, IAdvancedScheduler
{
    /// <summary>The actor system makes its scheduler itself, from the class alone.</summary>
    public VirtualScheduler(Config config, ILoggingAdapter log)
    {
        _ = (config, log);
    }

    public VirtualTime Time { get; } = new();

    public DateTimeOffset Now => Time.Now;

    public TimeSpan MonotonicClock => Time.Elapsed;

    public TimeSpan HighResMonotonicClock => Time.Elapsed;

    public IAdvancedScheduler Advanced => this;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
        Once(delay, () => receiver.Tell(message, sender), null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Once(delay, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        Repeatedly(initialDelay, interval, () => receiver.Tell(message, sender), null);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Repeatedly(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Once(delay, action, cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => Once(delay, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Repeatedly(initialDelay, interval, action, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) => Repeatedly(initialDelay, interval, action, null);

    public void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Once(delay, action.Run, cancelable);

    public void ScheduleOnce(TimeSpan delay, IRunnable action) => Once(delay, action.Run, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Repeatedly(initialDelay, interval, action.Run, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action) =>
        Repeatedly(initialDelay, interval, action.Run, null);

    private void Once(TimeSpan delay, Action action, ICancelable? cancelable) => Time.After(delay, () =>
    {
        if (cancelable is not { IsCancellationRequested: true })
        {
            action();
        }
    });

    private void Repeatedly(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable) => Time.After(delay, () =>
    {
        if (cancelable is not { IsCancellationRequested: true })
        {
            Repeatedly(interval, interval, action, cancelable);
            action();
        }
    });
}
