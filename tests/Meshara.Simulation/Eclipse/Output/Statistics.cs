namespace Meshara.Simulation.Eclipse.Output;

/// <summary>A figure and the interval that holds the true one with 95 % confidence.</summary>
internal readonly record struct Estimate(double Value, double Low, double High)
{
    /// <summary>The standard normal quantile of 97.5 %.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>A probability (E. B. Wilson, "Probable Inference", JASA 1927): also at none and at all of few runs it is no point.</summary>
    public static Estimate OfProportion(int hits, int runs)
    {
        if (runs == 0)
        {
            return new Estimate(0, 0, 1);
        }

        var p = hits / (double)runs;
        var scale = 1 + (Z * Z / runs);
        var middle = (p + (Z * Z / (2 * runs))) / scale;
        var half = Z / scale * Math.Sqrt((p * (1 - p) / runs) + (Z * Z / (4.0 * runs * runs)));
        return new Estimate(p, hits == 0 ? 0 : Math.Max(0, middle - half), hits == runs ? 1 : Math.Min(1, middle + half));
    }

    /// <summary>The mean of shares in [0, 1], by the normal approximation.</summary>
    public static Estimate OfMean(IReadOnlyCollection<double> shares)
    {
        if (shares.Count == 0)
        {
            return new Estimate(0, 0, 1);
        }

        var mean = shares.Average();
        var half = shares.Count == 1 ? 1 : Z * Math.Sqrt(shares.Sum(s => (s - mean) * (s - mean)) / (shares.Count - 1.0) / shares.Count);
        return new Estimate(mean, Math.Max(0, mean - half), Math.Min(1, mean + half));
    }
}
