using System.Diagnostics;
using Meshara.Actors;
using Meshara.Core.Identity;

namespace Meshara.Benchmarks.Node;

/// <summary>An application that sends as fast as the public door lets it.</summary>
internal static class Sender
{
    /// <summary>Calls under way at a time: the application does not wait for each.</summary>
    private const int Window = 32;

    /// <summary>For so long; how many messages were queued.</summary>
    /// <param name="batch">Messages given with each call.</param>
    public static async Task<long> SendAsync(Mesh from, NodeId peer, string channel, int size, int batch, TimeSpan time)
    {
        ReadOnlyMemory<byte>[] payloads = [.. Enumerable.Range(0, batch).Select(_ => new ReadOnlyMemory<byte>(new byte[size]))];
        var window = new Queue<Task<SendResult>>(Window);
        var queued = 0L;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time || window.Count > 0)
        {
            while (window.Count < Window && clock.Elapsed < time)
            {
                window.Enqueue(from.SendAsync(peer, channel, payloads));
            }

            switch (await window.Dequeue())
            {
                case SendResult.Queued:
                    queued += batch;
                    break;
                case SendResult.QueueFull:
                    await Task.Yield();
                    break;
                case var failed:
                    throw new InvalidOperationException($"A message was not sent: {failed}.");
            }
        }

        return queued;
    }
}
