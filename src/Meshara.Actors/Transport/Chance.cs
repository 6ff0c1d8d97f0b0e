namespace Meshara.Actors.Transport;

/// <summary>
/// The randomness of one connection (SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014). Each has its
/// own, so that what happens on one does not depend on the order in which others are used.
/// </summary>
internal sealed class Chance(ulong seed, ulong stream)
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;

    private ulong _state = Mix(seed + (Golden * stream));

    public double NextDouble() => (Mix(_state = unchecked(_state + Golden)) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong z)
    {
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }
}
