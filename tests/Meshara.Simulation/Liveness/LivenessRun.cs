using Meshara.Actors.Configuration;

namespace Meshara.Simulation.Liveness;

/// <summary>How one way of watching does.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Crashes">How long it took to notice each crash, sorted, in seconds.</param>
/// <param name="FalseDeaths">How many peers that were well were taken for dead.</param>
/// <param name="PeerHours">In so many hours of one watching another.</param>
internal sealed record LivenessResult(string Name, HeartbeatSettings Settings, double[] Crashes, long FalseDeaths, double PeerHours)
{
    public double PerMillion => FalseDeaths / PeerHours * 1e6;

    /// <summary>
    /// What the true rate is at most, with 95 % confidence: the upper limit of a Poisson mean, after Wilson and Hilferty's approximation.
    /// </summary>
    public double PerMillionAtMost
    {
        get
        {
            var n = FalseDeaths + 1.0;
            var limit = FalseDeaths == 0 ? 2.996 : n * Math.Pow(1 - (1 / (9 * n)) + (1.645 / (3 * Math.Sqrt(n))), 3);
            return limit / PeerHours * 1e6;
        }
    }

    public double Percentile(double share) => Crashes[(int)Math.Ceiling(share * Crashes.Length) - 1];
}

/// <summary>Measures how soon a crash is noticed, and how often one is noticed that there was none.</summary>
internal static class LivenessRun
{
    private const int Links = 64;

    public static HeartbeatSettings Default { get; } = new();

    /// <summary>That of <c>hocon/fast.conf</c>, which a test holds.</summary>
    public static HeartbeatSettings Fast { get; } = new()
    {
        Detector = HeartbeatSettings.Adaptive,
        Interval = TimeSpan.FromMilliseconds(500),
        AcceptablePause = TimeSpan.FromMilliseconds(3750),
    };

    /// <summary>As fast, without what the adaptive detector knows: for comparison.</summary>
    public static HeartbeatSettings FixedFast { get; } = new() { Interval = TimeSpan.FromMilliseconds(500), Timeout = TimeSpan.FromSeconds(4.25) };

    public static LivenessResult Measure(
        string name, HeartbeatSettings settings, Injection injection, ulong seed, double peerHours, int crashes, int threads)
    {
        var deaths = 0L;
        var each = TimeSpan.FromHours(peerHours / 2 / Links);
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Parallel.For(0, Links, options, link => Interlocked.Add(ref deaths, new WatchedLink(settings, injection, seed, (ulong)link).FalseDeathsUntil(each)));

        var times = new double[crashes];
        Parallel.For(0, crashes, options, n => times[n] = TimeOfCrash(settings, injection, seed, n));
        Array.Sort(times);
        return new LivenessResult(name, settings, times, deaths, each.TotalHours * 2 * Links);
    }

    /// <summary>A crash at some time of an hour, whatever state both are in.</summary>
    private static double TimeOfCrash(HeartbeatSettings settings, Injection injection, ulong seed, int number)
    {
        var at = new Meshara.Actors.Transport.Chance(seed, 0xC0FFEE + (ulong)number).NextDouble();
        var link = new WatchedLink(settings, injection, seed, 1_000_000 + (ulong)number);
        link.FalseDeathsUntil(TimeSpan.FromMinutes(10) + (TimeSpan.FromMinutes(50) * at));
        return link.Crash().TotalSeconds;
    }
}
