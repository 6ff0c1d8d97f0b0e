namespace Meshara.Simulation.Eclipse.Model;

/// <summary>Numbers that follow from others and look random (the finalizer of SplitMix64; Steele, Lea, Flood, OOPSLA 2014).</summary>
internal static class Chance
{
    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15UL;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }

    public static ulong Mix(ulong key, long a, long b = 0, long c = 0) => Mix(Mix(Mix(Mix(key) ^ (ulong)a) ^ (ulong)b) ^ (ulong)c);

    /// <summary>In [0, 1).</summary>
    public static double Of(ulong mixed) => (mixed >> 11) / (double)(1UL << 53);

    /// <summary>One of the streams of a seed: what the world draws does not depend on how much a policy draws.</summary>
    public static Random Stream(int seed, int stream) => new((int)(Mix((ulong)seed, stream) >> 33));

    /// <summary>The time to the next of events that come at a constant rate.</summary>
    public static TimeSpan Exponential(this Random random, TimeSpan mean) => mean * -Math.Log(1 - random.NextDouble());
}
