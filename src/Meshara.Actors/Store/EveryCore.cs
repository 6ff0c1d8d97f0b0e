using System.Runtime.ExceptionServices;

namespace Meshara.Actors.Store;

/// <summary>Pure work on all cores at once. What one part throws is thrown as it would be without the others.</summary>
internal static class EveryCore
{
    /// <summary>So many at a time: one by one the hand-over would cost more than the work.</summary>
    private const int Portion = 1024;

    public static void For(int count, Action<int> work)
    {
        try
        {
            Parallel.For(0, (count + Portion - 1) / Portion, portion =>
            {
                for (var i = portion * Portion; i < Math.Min(count, (portion + 1) * Portion); i++)
                {
                    work(i);
                }
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
