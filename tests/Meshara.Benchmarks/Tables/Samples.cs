using System.Diagnostics;

namespace Meshara.Benchmarks.Tables;

/// <summary>Measuring again and again, ours and the ceiling by turns, so that both meet the same noise of the machine.</summary>
internal static class Samples
{
    public static double Median(IEnumerable<double> samples)
    {
        var sorted = samples.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The value below which the part <paramref name="q"/> of the samples lies.</summary>
    public static double Quantile(IEnumerable<double> samples, double q)
    {
        var sorted = samples.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(sorted.Length * q) - 1, 0, sorted.Length - 1)];
    }

    public static async Task<(double Ours, double Ceiling)> MediansAsync(int rounds, Func<Task<double>> ours, Func<Task<double>> ceiling)
    {
        var (own, best) = (new List<double>(), new List<double>());
        for (var i = 0; i < rounds; i++)
        {
            own.Add(await ours());
            best.Add(await ceiling());
        }

        return (Median(own), Median(best));
    }

    public static TimeSpan Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed;
    }

    /// <summary>What lives, in bytes, after everything that can go has gone.</summary>
    public static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
