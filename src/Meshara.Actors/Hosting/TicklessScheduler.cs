using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Meshara.Actors.Hosting;

/// <summary>
/// A scheduler for an actor system that is idle most of the time: each timer is one of the runtime's, which sleeps until the next is due. Akka's
/// own wakes at every tick of its wheel, and a thread of the pool with it, which spins for a while: most of what an idle node costs. For very
/// many timers that are set and cancelled all the time the wheel is the better one.
/// </summary>
/// <remarks>
/// Chosen by <c>akka.scheduler.implementation = "Meshara.Actors.Hosting.TicklessScheduler, Meshara.Actors"</c>. What is due in less than a second
/// is kept to about a millisecond. What is due later may come up to a tenth of a second late, together with others: one wake for all of them.
/// <c>akka.scheduler.tick-duration</c> means nothing here.
/// </remarks>
public sealed class TicklessScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider, IDisposable
{
    /// <summary>A timer of the runtime waits no longer: one day less than 2^32 ms.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(48);

    /// <summary>What is due in so long or longer may wait for others, and for how long.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1), Slack = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly long _started;
    private volatile bool _stopped;

    /// <summary>Made by Akka.</summary>
    public TicklessScheduler(Config scheduler, ILoggingAdapter log)
        : this(scheduler, log, TimeProvider.System)
    {
    }

    internal TicklessScheduler(Config scheduler, ILoggingAdapter log, TimeProvider time)
        : base(scheduler, log) =>
        (_time, _started) = (time, time.GetTimestamp());

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => _time.GetElapsedTime(_started);

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => _time.GetUtcNow();

    /// <summary>Nothing that is scheduled happens any more.</summary>
    public void Dispose() => _stopped = true;

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Start(delay, Timeout.InfiniteTimeSpan, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Start(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Start(delay, Timeout.InfiniteTimeSpan, action, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Start(delay, Timeout.InfiniteTimeSpan, action.Run, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Start(initialDelay, interval, action, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Start(initialDelay, interval, action.Run, cancelable);

    private void Start(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        if (!_stopped && cancelable is not { IsCancellationRequested: true })
        {
            new Due(this, interval, action, cancelable).Start(WithOthers(delay));
        }
    }

    /// <summary>The delay until the next full tenth of a second after it, if it is a long one.</summary>
    private TimeSpan WithOthers(TimeSpan delay)
    {
        var now = MonotonicClock;
        return delay < Long || delay > Longest ? delay : TimeSpan.FromTicks((now + delay + Slack).Ticks / Slack.Ticks * Slack.Ticks) - now;
    }

    /// <summary>What happens once, or again and again. The runtime holds it until it is disposed or has happened.</summary>
    private sealed class Due
    {
        private readonly TicklessScheduler _scheduler;
        private readonly TimeSpan _interval;
        private readonly Action _action;
        private readonly ICancelable? _cancelable;
        private readonly ITimer _timer;
        private CancellationTokenRegistration _cancellation;
        private TimeSpan _rest;

        public Due(TicklessScheduler scheduler, TimeSpan interval, Action action, ICancelable? cancelable)
        {
            (_scheduler, _interval, _action, _cancelable) = (scheduler, interval < Longest ? interval : Longest, action, cancelable);
            _timer = scheduler._time.CreateTimer(static due => ((Due)due!).Happen(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Start(TimeSpan delay)
        {
            _cancellation = _cancelable?.Token.UnsafeRegister(static due => ((Due)due!)._timer.Dispose(), this) ?? default;
            Wait(delay);
        }

        private void Wait(TimeSpan delay)
        {
            var now = delay < Longest ? delay : Longest;
            _rest = delay - now;

            // Nothing comes of it if it was cancelled just now.
            _timer.Change(now, _rest > TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _interval);
        }

        private void Happen()
        {
            if (_rest > TimeSpan.Zero && !_scheduler._stopped)
            {
                Wait(_rest);
                return;
            }

            if (_interval == Timeout.InfiniteTimeSpan || _scheduler._stopped)
            {
                _timer.Dispose();
                _cancellation.Unregister();
            }

            if (_scheduler._stopped || _cancelable is { IsCancellationRequested: true })
            {
                return;
            }

            try
            {
                _action();
            }
            catch (Exception e)
            {
                _scheduler.Log.Error(e, "What was scheduled has failed.");
            }
        }
    }
}
