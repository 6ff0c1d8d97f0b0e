using System.Diagnostics;

namespace Meshara.Fuzz;

/// <summary>What is wrong with how an input was read.</summary>
/// <param name="Kind">The same for the same fault: what a shorter input has to show too.</param>
/// <param name="Text">All that is known of it.</param>
internal sealed record Flaw(string Kind, string Text);

/// <summary>Has a target read inputs, each within bounds of time and memory.</summary>
internal static class Trial
{
    /// <summary>Nothing that is read takes so long, unless it took a way that it should not. A busy machine is given three tries.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private const int Tries = 3;

    /// <summary>Null if all is well.</summary>
    public static Flaw? Run(Target target, byte[] input)
    {
        var (flaw, time, allocated) = Once(target, input);
        for (var more = 1; flaw is null && IsTooMuch(target, input, time, allocated); more++)
        {
            if (more == Tries)
            {
                return allocated > target.AllowanceFor(input.Length)
                    ? new Flaw("memory", $"{allocated} bytes were allocated for an input of {input.Length}; {target.AllowanceFor(input.Length)} are allowed.")
                    : new Flaw("time", $"It took {time.TotalMilliseconds:0} ms for an input of {input.Length} bytes; {Patience.TotalMilliseconds:0} are allowed.");
            }

            // What is set up at the first call, or another process that had the processor, is not the parser's cost.
            (flaw, time, allocated) = Once(target, input);
        }

        return flaw;
    }

    private static bool IsTooMuch(Target target, byte[] input, TimeSpan time, long allocated) =>
        time > Patience || allocated > target.AllowanceFor(input.Length);

    private static (Flaw? Flaw, TimeSpan Time, long Allocated) Once(Target target, byte[] input)
    {
        // A parser that writes into what it was given would spoil the corpus.
        var given = input.AsSpan().ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        Flaw? flaw = null;
        try
        {
            if (target.Look(given) is { } text)
            {
                flaw = new Flaw(text.Split(':')[0], text);
            }
        }
        catch (Exception e)
        {
            flaw = new Flaw($"{e.GetType().Name} at {PlaceOf(e)}", e.ToString());
        }

        return (flaw, Stopwatch.GetElapsedTime(began), GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string PlaceOf(Exception e) =>
        new StackTrace(e, fNeedFileInfo: false).GetFrames().Select(f => f.GetMethod())
            .FirstOrDefault(m => m?.DeclaringType?.FullName?.StartsWith("Meshara.", StringComparison.Ordinal) == true) is { } method
            ? $"{method.DeclaringType!.Name}.{method.Name}"
            : "a place outside of Meshara";
}
