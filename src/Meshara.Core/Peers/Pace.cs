namespace Meshara.Core.Peers;

/// <summary>
/// How fast something may come: so much a second, and one second's worth at once. The generic cell rate algorithm (ITU-T I.371, annex A):
/// all that is remembered is when what has come would have come at that pace.
/// </summary>
/// <param name="PerSecond">More than 0.</param>
/// <param name="Until">The time that what has come is worth.</param>
internal readonly record struct Pace(double PerSecond, TimeSpan Until)
{
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);

    /// <summary>So much has come.</summary>
    public Pace After(long amount, TimeSpan now) => this with { Until = (Until > now ? Until : now) + TimeSpan.FromSeconds(amount / PerSecond) };

    /// <summary>How long to wait before more may come; zero if it may.</summary>
    public TimeSpan Rest(TimeSpan now) => Until - Burst > now ? Until - Burst - now : TimeSpan.Zero;
}
