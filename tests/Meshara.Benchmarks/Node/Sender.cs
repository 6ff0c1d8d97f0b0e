using System.Diagnostics;
using Meshara.Actors;
using Meshara.Core.Identity;

namespace Meshara.Benchmarks.Node;

/// <summary>An application that sends as fast as the public door lets it.</summary>
internal static class Sender
{
    /// <summary>For so long; how many messages were queued.</summary>
    /// <param name="batch">Messages given with each call.</param>
    public static async Task<long> SendAsync(Mesh from, NodeId peer, string channel, int size, int batch, TimeSpan time)
    {
        ReadOnlyMemory<byte>[] payloads = [.. Enumerable.Range(0, batch).Select(_ => new ReadOnlyMemory<byte>(new byte[size]))];
        var queued = 0L;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            switch (await (batch == 1 ? from.SendAsync(peer, channel, payloads[0]) : from.SendAsync(peer, channel, payloads)))
            {
                case SendResult.Queued:
                    queued += batch;
                    break;
                case SendResult.QueueFull:
                    await from.WaitForRoomAsync(peer);
                    break;
                case var failed:
                    throw new InvalidOperationException($"A message was not sent: {failed}.");
            }
        }

        return queued;
    }
}
