namespace Meshara.Actors.Transport;

/// <summary>Ends waits so that what waited runs here and now, which keeps one thread in one order.</summary>
internal static class Inline
{
    /// <summary>Under a synchronization context, which test runners have, what waited would go to the thread pool instead.</summary>
    public static void Run(Action endWait)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            endWait();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
