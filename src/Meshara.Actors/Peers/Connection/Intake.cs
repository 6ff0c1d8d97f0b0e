using Akka.Actor;
using Akka.Event;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Connection;

/// <summary>
/// How fast one peer is read. One that sends faster loses nothing and is not blamed: the next read waits, and TCP holds it back, so that a
/// flood of well-formed frames takes a bounded part of this node. Owned by its connection.
/// </summary>
/// <param name="timers">Tell the connection of <see cref="Rested"/>.</param>
internal sealed class Intake(ConnectionSettings limits, NodeClock clock, ITimerScheduler timers)
{
    private Pace _bytes = new(limits.MaxReceiveRate, clock.Elapsed);
    private Pace _frames = new(limits.MaxFramesPerSecond, clock.Elapsed);

    /// <summary>Whether the peer is being held back.</summary>
    public bool IsResting => timers.IsTimerActive(Rested.Instance);

    /// <summary>So many frames have come.</summary>
    public void Took(int frames, long bytes)
    {
        var now = clock.Elapsed;
        _bytes = _bytes.After(bytes, now);
        _frames = _frames.After(frames, now);
    }

    /// <summary>Whether more may be read only when the connection has been told <see cref="Rested"/>.</summary>
    public bool BeginRest()
    {
        var (bytes, frames) = (_bytes.Rest(clock.Elapsed), _frames.Rest(clock.Elapsed));
        var rest = bytes > frames ? bytes : frames;
        if (rest > TimeSpan.Zero)
        {
            timers.StartSingleTimer(Rested.Instance, Rested.Instance, rest);
        }

        return rest > TimeSpan.Zero;
    }

    public sealed record Rested : IDeadLetterSuppression
    {
        public static readonly Rested Instance = new();
    }
}
