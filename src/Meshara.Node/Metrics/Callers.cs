using Microsoft.AspNetCore.Connections;

namespace Meshara.Node.Metrics;

/// <summary>
/// Whoever reaches the port may be hostile, and shares the file handles of the node: so there are few connections, each with little time, and the
/// oldest gives way to a new one, so that those who say nothing cannot keep others out.
/// </summary>
internal sealed class Callers(int most, TimeSpan patience)
{
    private readonly LinkedList<ConnectionContext> _callers = [];

    public async Task ServeAsync(ConnectionContext caller, ConnectionDelegate next)
    {
        var entry = Enter(caller);
        try
        {
            using var timeout = new CancellationTokenSource(patience);
            await using var registration = timeout.Token.Register(() => End(caller, "took too long"));
            await next(caller);
        }
        finally
        {
            Leave(entry);
        }
    }

    private static void End(ConnectionContext caller, string why) => caller.Abort(new ConnectionAbortedException(why));

    private LinkedListNode<ConnectionContext> Enter(ConnectionContext caller)
    {
        ConnectionContext? oldest = null;
        LinkedListNode<ConnectionContext> entry;
        lock (_callers)
        {
            if (_callers.Count == most)
            {
                oldest = _callers.First!.Value;
                _callers.RemoveFirst();
            }

            entry = _callers.AddLast(caller);
        }

        if (oldest is not null)
        {
            End(oldest, "gave way to another");
        }

        return entry;
    }

    private void Leave(LinkedListNode<ConnectionContext> entry)
    {
        lock (_callers)
        {
            if (entry.List is not null)
            {
                _callers.Remove(entry);
            }
        }
    }
}
