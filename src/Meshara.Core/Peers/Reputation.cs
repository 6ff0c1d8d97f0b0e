namespace Meshara.Core.Peers;

/// <summary>What moves a score. The numbers are stored: none is ever reused.</summary>
internal enum ReputationCause
{
    MessageDelivered = 1,
    VerificationFailed = 2,
    Timeout = 3,
    ConnectionLost = 4,
    ProtocolViolation = 5,
    Operator = 6,

    /// <summary>It asked more often than it may.</summary>
    RateExceeded = 7,

    /// <summary>It told of peers, or of having dialled back, though nobody had asked.</summary>
    Unsolicited = 8,

    /// <summary>It told of peers of other networks, with outdated records, or where nobody can dial.</summary>
    UselessRecords = 9,
}

/// <summary>What follows from a score.</summary>
internal enum Standing
{
    Good,

    /// <summary>Below the first threshold: disconnected and not dialled.</summary>
    Low,

    /// <summary>Below the second, or a protocol violation: banned.</summary>
    Bannable,
}

/// <summary>The numbers of the reputation policy; each is a key under <c>meshara.reputation</c>.</summary>
internal sealed record ReputationPolicy
{
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromMinutes(10);

    public double DisconnectBelow { get; init; } = -20;

    public double BanBelow { get; init; } = -50;

    public TimeSpan BanFor { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan BanForAtMost { get; init; } = TimeSpan.FromDays(7);

    public double MessageDelivered { get; init; } = 0.1;

    public double VerificationFailed { get; init; } = -20;

    public double Timeout { get; init; } = -5;

    public double ConnectionLost { get; init; } = -2;

    public double RateExceeded { get; init; } = -5;

    public double Unsolicited { get; init; } = -5;

    public double UselessRecords { get; init; } = -1;

    public double GainPerMinute { get; init; } = 5;

    public double DeltaOf(ReputationCause cause) => cause switch
    {
        ReputationCause.MessageDelivered => MessageDelivered,
        ReputationCause.VerificationFailed => VerificationFailed,
        ReputationCause.Timeout => Timeout,
        ReputationCause.ConnectionLost => ConnectionLost,
        ReputationCause.ProtocolViolation => Reputation.Lowest,
        ReputationCause.Operator => 0,
        ReputationCause.RateExceeded => RateExceeded,
        ReputationCause.Unsolicited => Unsolicited,
        ReputationCause.UselessRecords => UselessRecords,
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, null),
    };

    /// <summary>How long the <paramref name="count"/>-th ban lasts: doubling, for those who come back to offend again.</summary>
    public TimeSpan BanLength(int count)
    {
        var doubled = BanFor.TotalMinutes * Math.Pow(2, Math.Clamp(count - 1, 0, 30));
        return TimeSpan.FromMinutes(Math.Min(doubled, BanForAtMost.TotalMinutes));
    }
}

/// <summary>
/// A peer's score: in [-100, 100], decaying exponentially to 0. Gains are capped per minute, so that credit cannot be saved
/// up for an attack; losses are not.
/// </summary>
/// <param name="Score">The score at <paramref name="At"/>.</param>
/// <param name="At">When it was last moved.</param>
/// <param name="Gained">What was gained in the minute that began at <paramref name="MinuteBegan"/>.</param>
/// <param name="MinuteBegan">The minute that the cap counts.</param>
internal sealed record Reputation(double Score, DateTimeOffset At, double Gained, DateTimeOffset MinuteBegan)
{
    public const double Lowest = -100;
    public const double Highest = 100;

    private readonly UtcTicks _at = UtcTicks.Of(At);
    private readonly UtcTicks _minuteBegan = UtcTicks.Of(MinuteBegan);

    public DateTimeOffset At
    {
        get => _at.Time!.Value;
        init => _at = UtcTicks.Of(value);
    }

    public DateTimeOffset MinuteBegan
    {
        get => _minuteBegan.Time!.Value;
        init => _minuteBegan = UtcTicks.Of(value);
    }

    public static readonly Reputation New = new(0, DateTimeOffset.UnixEpoch, 0, DateTimeOffset.UnixEpoch);

    /// <summary>The score at <paramref name="now"/>. A clock that went back decays nothing.</summary>
    public double ScoreAt(DateTimeOffset now, ReputationPolicy policy)
    {
        // Of most peers there is nothing to say, and a power takes long.
        var elapsed = Score == 0 ? TimeSpan.Zero : now - At;
        return elapsed <= TimeSpan.Zero ? Score : Score * Math.Pow(2, -elapsed / policy.HalfLife);
    }

    /// <summary>The reputation after <paramref name="times"/> of <paramref name="cause"/> at <paramref name="now"/>.</summary>
    public Reputation After(ReputationCause cause, DateTimeOffset now, ReputationPolicy policy, int times = 1)
    {
        var delta = policy.DeltaOf(cause) * times;
        var inMinute = now >= MinuteBegan && now - MinuteBegan < TimeSpan.FromMinutes(1);
        var gained = inMinute ? Gained : 0;
        if (delta > 0)
        {
            delta = Math.Min(delta, Math.Max(0, policy.GainPerMinute - gained));
            gained += delta;
        }

        var score = Math.Clamp(ScoreAt(now, policy) + delta, Lowest, Highest);
        return new Reputation(score, now, gained, inMinute ? MinuteBegan : now);
    }

    /// <summary>What follows from the score at <paramref name="now"/>.</summary>
    public Standing StandingAt(DateTimeOffset now, ReputationPolicy policy)
    {
        var score = ScoreAt(now, policy);
        return score < policy.BanBelow ? Standing.Bannable : score < policy.DisconnectBelow ? Standing.Low : Standing.Good;
    }
}
