namespace Meshara.Actors.Tests;

internal static class Allocated
{
    /// <summary>The bytes that it allocates on this thread; other specs run at the same time.</summary>
    public static long By(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
