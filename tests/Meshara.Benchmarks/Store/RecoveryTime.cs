using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Benchmarks.Tables;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// How long a store takes to know again what it knew, plugins started and all; against a reader that reads the same rows and parses the
/// protobuf in them. Runtime and file are warm.
/// </summary>
internal sealed class RecoveryTime : IBenchmark
{
    private const int Busy = 200;
    private const int Flushes = 50;
    private const int EventsOfAPeer = 2;

    public string Name => "recovery";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        foreach (var peers in new[] { 10_000, 100_000 })
        {
            foreach (var snapshot in new[] { true, false })
            {
                using var folder = new BenchFolder();
                await Stores.MakeAsync(folder.Path, peers, snapshot);
                yield return await MeasureAsync(
                    scale, folder.Path, peers, snapshot ? "a snapshot" : "the journal", snapshot && peers == 100_000 ? Aim.RatioAtMost(2) : null);
            }
        }

        using var busy = new BenchFolder();
        await DriftAsync(busy.Path);
        yield return await MeasureAsync(scale, busy.Path, Busy, $"{Flushes * Busy * EventsOfAPeer:N0} events of their drift", null);
    }

    private static async Task<Figure> MeasureAsync(Scale scale, string folder, int peers, string source, Aim? aim)
    {
        var (own, bytes, parsed) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= scale.Of(2, 6); round++)
        {
            var took = await RecoverAsync(folder, peers);
            GC.Collect();
            var raw = RawStore.Read(RunningStore.FileIn(folder));
            GC.Collect();
            if (round > 0)
            {
                own.Add(took.TotalMilliseconds);
                bytes.Add(raw.Bytes.TotalMilliseconds);
                parsed.Add(raw.Parsed.TotalMilliseconds);
            }
        }

        return new Figure($"recovery of {peers:N0} peers from {source}", Samples.Median(own), "ms", Samples.Median(parsed), aim)
        {
            // The start of the plugin is the same for few peers and for many.
            Note = $"with the start of the plugin; {Table.Number(Samples.Median(bytes))} ms of the ceiling for the bytes",
        };
    }

    /// <summary>What busy peers leave in the journal, as much of it as there is at most with the settings that a node has by default.</summary>
    private static async Task DriftAsync(string folder)
    {
        await using var store = await RunningStore.StartAsync(folder, new StoreSettings { SnapshotEvery = int.MaxValue });
        await Stores.FillAsync(store, Population.Of(Busy, records: true));
        for (var flush = 0; flush < Flushes; flush++)
        {
            for (var i = 0; i < Busy; i++)
            {
                var peer = NodeId.Of(Population.KeyOf(i));
                store.Door.Tell(new Traffic(peer, 1_000, 1_000, DateTimeOffset.UnixEpoch.AddSeconds(flush)), ActorRefs.NoSender);
                store.Door.Tell(new Judge(peer, ReputationCause.Timeout), ActorRefs.NoSender);
            }

            await store.FlushAsync();
        }
    }

    private static async Task<TimeSpan> RecoverAsync(string folder, int peers)
    {
        await using var store = await RunningStore.StartAsync(folder, new StoreSettings { MaxKnownPeers = 1_000_000, SnapshotEvery = int.MaxValue });
        return store.Known.Peers.Count == peers
            ? store.Recovery
            : throw new InvalidOperationException($"{store.Known.Peers.Count} peers came back.");
    }
}
