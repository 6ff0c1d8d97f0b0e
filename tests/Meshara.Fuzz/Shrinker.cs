namespace Meshara.Fuzz;

/// <summary>Makes an input shorter and plainer for as long as it keeps what is wanted of it (delta debugging).</summary>
internal static class Shrinker
{
    /// <param name="keeps">Whether an input still shows what the first one did.</param>
    /// <param name="tries">The most inputs that are looked at.</param>
    public static byte[] Shrink(byte[] input, Func<byte[], bool> keeps, int tries = 10_000)
    {
        var before = -1;
        while (before != input.Length && tries > 0)
        {
            before = input.Length;
            for (var size = Math.Max(1, input.Length / 2); size > 0; size /= 2)
            {
                for (var at = 0; at < input.Length && tries > 0;)
                {
                    byte[] shorter = [.. input[..at], .. input[Math.Min(input.Length, at + size)..]];
                    (input, at) = tries-- > 0 && keeps(shorter) ? (shorter, at) : (input, at + size);
                }
            }
        }

        for (var at = 0; at < input.Length && tries > 0; at++)
        {
            if (input[at] != 0)
            {
                var plainer = (byte[])input.Clone();
                plainer[at] = 0;
                input = tries-- > 0 && keeps(plainer) ? plainer : input;
            }
        }

        return input;
    }
}
