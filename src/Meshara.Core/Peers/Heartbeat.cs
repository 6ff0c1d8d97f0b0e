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
/// <remarks>
/// With a <see cref="Peers.Patience"/> the time that an answer may take is learned, and the node's own health counts (after Lifeguard:
/// A. Dadgar et al., "Lifeguard: SWIM-ing with Situational Awareness", 2018): it may have been stopped itself, and what came meanwhile
/// lies unread. So it looks once more before it judges.
/// </remarks>
/// <param name="Interval">Silence after which a ping is sent.</param>
/// <param name="Timeout">How long a sign of life may take.</param>
/// <param name="LastHeard">When something last arrived.</param>
internal readonly record struct Heartbeat(TimeSpan Interval, TimeSpan Timeout, TimeSpan LastHeard)
{
    /// <summary>Smoothing of the round-trip time, as in RFC 6298 section 2.</summary>
    private const double Alpha = 1.0 / 8;

    /// <summary>What lies unread when this node gets to run again is read within this.</summary>
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(100);

    private (ulong Nonce, TimeSpan SentAt)? Outstanding { get; init; }

    /// <summary>How long an answer may take, as it was learned; null: always the timeout.</summary>
    public Patience? Patience { get; init; }

    /// <summary>When it looks for the second time.</summary>
    private TimeSpan? LooksAgainAt { get; init; }

    /// <summary>The smoothed round-trip time; null before the first pong.</summary>
    public TimeSpan? RoundTripTime { get; private init; }

    /// <summary>When <see cref="OnTick"/> has something to decide next.</summary>
    public TimeSpan Due => Unanswered is { } ping ? LooksAgainAt ?? (ping.SentAt + Limit) : LastHeard + Interval;

    /// <summary>The ping since which nothing has arrived. Whatever comes after a ping ends the wait, not just its pong.</summary>
    private (ulong Nonce, TimeSpan SentAt)? Unanswered => Outstanding is { } ping && LastHeard <= ping.SentAt ? ping : null;

    private TimeSpan Limit => Patience is { } patience && patience.Limit < Timeout ? patience.Limit : Timeout;

    /// <summary>Something arrived.</summary>
    public Heartbeat OnHeard(TimeSpan now) => this with { LastHeard = now };

    /// <summary>The round-trip time that a pong shows now; null if it was not asked for.</summary>
    public TimeSpan? SampleOf(ulong nonce, TimeSpan now) => Outstanding is { } ping && ping.Nonce == nonce ? now - ping.SentAt : null;

    /// <summary>A pong arrived. One that was not asked for is no sample: a peer could else choose its own round-trip time.</summary>
    public Heartbeat OnPong(ulong nonce, TimeSpan now)
    {
        if (SampleOf(nonce, now) is not { } sample)
        {
            return OnHeard(now);
        }

        var smoothed = RoundTripTime is { } old ? old + ((sample - old) * Alpha) : sample;
        return this with { LastHeard = now, Outstanding = null, LooksAgainAt = null, RoundTripTime = smoothed, Patience = Patience?.OnAnswer(sample) };
    }

    /// <summary>A ping was sent. While an earlier one still waits for a sign of life, that one counts: asking again buys no time.</summary>
    public Heartbeat OnPingSent(ulong nonce, TimeSpan now) =>
        Unanswered is not null ? this : this with { Outstanding = (nonce, now), LooksAgainAt = null };

    /// <summary>The timer fired: what is to be done, and the heartbeat after it.</summary>
    public (Heartbeat Next, HeartbeatStep Step) OnTick(TimeSpan now, ulong nonce)
    {
        if (Unanswered is not null)
        {
            if (now < Due)
            {
                return (this, HeartbeatStep.Wait.Instance);
            }

            return Patience is not null && LooksAgainAt is null
                ? (this with { LooksAgainAt = now + SecondLook }, HeartbeatStep.Wait.Instance)
                : (this, HeartbeatStep.DeclareDead.Instance);
        }

        return now - LastHeard >= Interval
            ? (OnPingSent(nonce, now), new HeartbeatStep.SendPing(nonce))
            : (this, HeartbeatStep.Wait.Instance);
    }
}
