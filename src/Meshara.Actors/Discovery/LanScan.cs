using System.Collections.Immutable;
using System.Net.Sockets;
using Meshara.Actors.Configuration;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;

namespace Meshara.Actors.Discovery;

/// <summary>Looks for nodes on the local network without being one.</summary>
internal static class LanScan
{
    /// <summary>Who is there, after that time.</summary>
    /// <exception cref="SocketException">Port 5353 cannot be shared.</exception>
    public static async Task<ImmutableArray<LanNode>> RunAsync(
        MdnsSettings settings, TimeSpan length, TimeProvider time, Random random, CancellationToken cancellation)
    {
        await using var network = MdnsNetwork.Open(settings.Filter());
        var began = time.GetTimestamp();
        var engine = new MdnsEngine(length, random);
        engine.Use(network.Interfaces, TimeSpan.Zero);
        engine.Browse(Advertisement.ServiceType, TimeSpan.Zero);
        while (time.GetElapsedTime(began) is var now && now < length)
        {
            Hear(network, engine, now);
            engine.Advance(now);
            foreach (var send in engine.TakeOutputs().OfType<EngineOutput.Send>())
            {
                MdnsSender.Send(network, send);
            }

            var next = engine.Due is { } due && due < length ? due : length;
            await WaitAsync(network, next - now, time, cancellation).ConfigureAwait(false);
        }

        var end = time.GetElapsedTime(began);
        return [.. engine.Sightings
            .Select(s => Advertisement.TryRead(s, time.GetUtcNow(), end, out var peer, out _) ? peer : null)
            .OfType<LanPeer>().OrderBy(p => p.Id).Select(p => p.ToNode(isConnected: false))];
    }

    private static void Hear(MdnsNetwork network, MdnsEngine engine, TimeSpan now)
    {
        while (network.Inputs.TryRead(out var input))
        {
            switch (input)
            {
                case NetworkInput.Received received:
                    engine.Hear(received.Datagram, now);
                    break;
                case NetworkInput.InterfacesChanged changed:
                    engine.Use(changed.Interfaces, now);
                    break;
            }
        }
    }

    /// <summary>Until a packet comes, or the time is over.</summary>
    private static async Task WaitAsync(MdnsNetwork network, TimeSpan most, TimeProvider time, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(_ => patience.Cancel(), null, most > TimeSpan.Zero ? most : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        try
        {
            await network.Inputs.WaitToReadAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time is over.
        }
    }
}
