using Akka.Actor;

namespace Meshara.Actors.Diagnostics;

/// <summary>
/// The time of one node, read from the actor system's scheduler. Two clocks: <see cref="Now"/> is written down and shown to
/// people, and may jump when somebody sets it; <see cref="Elapsed"/> only ever grows, so what measures a silence or a
/// round trip reads that.
/// </summary>
internal sealed class NodeClock(Func<DateTimeOffset> now, Func<TimeSpan> elapsed)
{
    public DateTimeOffset Now => now();

    public TimeSpan Elapsed => elapsed();

    public static NodeClock Of(IScheduler scheduler) => new(() => scheduler.Now, () => scheduler.HighResMonotonicClock);

    /// <summary>For a scheduler whose time is virtual: both clocks follow it.</summary>
    public static NodeClock Virtual(IScheduler scheduler) =>
        new(() => scheduler.Now, () => scheduler.Now - DateTimeOffset.UnixEpoch);
}
