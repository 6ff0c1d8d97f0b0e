namespace Meshara.Core.Peers;

/// <summary>
/// How long the answer to a ping may take, learned from how long answers took, immutable. It is the phi accrual failure detector
/// (N. Hayashibara et al., "The φ Accrual Failure Detector", SRDS 2004) turned round: instead of a suspicion that grows with the silence,
/// the silence at which the suspicion reaches phi. A link whose answers come evenly is given little more than the pause, one with
/// answers that scatter, as from a machine that has no processor time to spare, is given more.
/// </summary>
/// <param name="AcceptablePause">What a peer that is well may be stopped for, beyond what was ever seen: a garbage collection, a swap.</param>
/// <param name="Phi">How sure a death must be: it is wrong once in 10^phi, as far as answers scatter normally.</param>
internal sealed record Patience(TimeSpan AcceptablePause, double Phi)
{
    /// <summary>What came with the latest answers counts so much (RFC 6298 section 2 has 1/8 and 1/4).</summary>
    private const double Alpha = 1.0 / 8, Beta = 1.0 / 4;

    /// <summary>A scatter that is smaller was seen by chance: the next answer may well be so much later.</summary>
    private static readonly TimeSpan LeastDeviation = TimeSpan.FromMilliseconds(50);

    private readonly double _deviations = DeviationsAt(Phi);

    private TimeSpan Mean { get; init; } = TimeSpan.FromMilliseconds(200);

    private TimeSpan Deviation { get; init; } = TimeSpan.FromMilliseconds(100);

    private bool HasSample { get; init; }

    /// <summary>After a silence of this length a peer that was asked is taken for dead.</summary>
    public TimeSpan Limit => AcceptablePause + Mean + ((Deviation > LeastDeviation ? Deviation : LeastDeviation) * _deviations);

    /// <summary>
    /// An answer took so long. One that is later than the scatter explains counts as if it were just within: one pause is allowed for
    /// already and says nothing of the next answer, but several in a row widen the scatter quickly.
    /// </summary>
    public Patience OnAnswer(TimeSpan took)
    {
        var latest = Limit - AcceptablePause;
        var sample = took < latest ? took : latest;
        if (!HasSample)
        {
            return this with { Mean = sample, Deviation = sample / 2, HasSample = true };
        }

        var off = (sample - Mean).Duration();
        return this with { Mean = Mean + ((sample - Mean) * Alpha), Deviation = Deviation + ((off - Deviation) * Beta) };
    }

    /// <summary>
    /// By how many standard deviations a value has to exceed the mean to be as unlikely as 10^-phi. The distribution is approximated by
    /// the logistic one of Bowling et al. ("A logistic approximation to the cumulative normal distribution", 2009), solved by halving.
    /// </summary>
    private static double DeviationsAt(double phi)
    {
        var (low, high) = (0.0, 40.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            var suspicion = Math.Log10(1 + Math.Exp(middle * (1.5976 + (0.070566 * middle * middle))));
            (low, high) = suspicion < phi ? (middle, high) : (low, middle);
        }

        return high;
    }
}
