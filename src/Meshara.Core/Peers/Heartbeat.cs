namespace Meshara.Core.Peers;

/// <summary>What a connection does about its heartbeat now.</summary>
internal abstract record HeartbeatStep
{
    private HeartbeatStep()
    {
    }

    /// <summary>Nothing: the link was not silent long enough.</summary>
    public sealed record Wait : HeartbeatStep
    {
        public static readonly Wait Instance = new();
    }

    /// <summary>The link was silent: ask for a sign of life.</summary>
    public sealed record SendPing(ulong Nonce) : HeartbeatStep;

    /// <summary>The sign of life did not come in time.</summary>
    public sealed record DeclareDead : HeartbeatStep
    {
        public static readonly DeclareDead Instance = new();
    }
}

/// <summary>
/// The heartbeat of one connection, immutable. A ping goes out only after <paramref name="Interval"/> of silence: traffic
/// proves life by itself. Anything that arrives within <paramref name="Timeout"/> of a ping, not just its pong, counts as life;
/// the pong also gives a round-trip sample. Times are readings of a monotonic clock.
/// </summary>
/// <param name="Interval">Silence after which a ping is sent.</param>
/// <param name="Timeout">How long a sign of life may take.</param>
/// <param name="LastHeard">When something last arrived.</param>
internal sealed record Heartbeat(TimeSpan Interval, TimeSpan Timeout, TimeSpan LastHeard)
{
    /// <summary>Smoothing of the round-trip time, as in RFC 6298 section 2.</summary>
    private const double Alpha = 1.0 / 8;

    private (ulong Nonce, TimeSpan SentAt)? Outstanding { get; init; }

    /// <summary>The smoothed round-trip time; null before the first pong.</summary>
    public TimeSpan? RoundTripTime { get; private init; }

    /// <summary>When <see cref="OnTick"/> has something to decide next.</summary>
    public TimeSpan Due => Outstanding is { } ping ? ping.SentAt + Timeout : LastHeard + Interval;

    /// <summary>Something arrived.</summary>
    public Heartbeat OnHeard(TimeSpan now) => this with { LastHeard = now };

    /// <summary>A pong arrived. One that was not asked for is no sample: a peer could else choose its own round-trip time.</summary>
    public Heartbeat OnPong(ulong nonce, TimeSpan now)
    {
        if (Outstanding is not { } ping || ping.Nonce != nonce)
        {
            return OnHeard(now);
        }

        var sample = now - ping.SentAt;
        var smoothed = RoundTripTime is { } old ? old + ((sample - old) * Alpha) : sample;
        return this with { LastHeard = now, Outstanding = null, RoundTripTime = smoothed };
    }

    /// <summary>A ping was sent. While an earlier one still waits for a sign of life, that one counts: asking again buys no time.</summary>
    public Heartbeat OnPingSent(ulong nonce, TimeSpan now) =>
        Outstanding is { } ping && LastHeard <= ping.SentAt ? this : this with { Outstanding = (nonce, now) };

    /// <summary>The timer fired: what is to be done, and the heartbeat after it.</summary>
    public (Heartbeat Next, HeartbeatStep Step) OnTick(TimeSpan now, ulong nonce)
    {
        if (Outstanding is { } ping)
        {
            if (LastHeard > ping.SentAt)
            {
                return (this with { Outstanding = null }, HeartbeatStep.Wait.Instance);
            }

            return now - ping.SentAt >= Timeout ? (this, HeartbeatStep.DeclareDead.Instance) : (this, HeartbeatStep.Wait.Instance);
        }

        return now - LastHeard >= Interval
            ? (OnPingSent(nonce, now), new HeartbeatStep.SendPing(nonce))
            : (this, HeartbeatStep.Wait.Instance);
    }
}
