using Meshara.Actors.Configuration;
using Meshara.Benchmarks.Tables;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// How long a store takes to know again what it knew, plugins started and all; against a reader that reads the same rows and parses the
/// protobuf in them. Runtime and file are warm.
/// </summary>
internal sealed class RecoveryTime : IBenchmark
{
    public string Name => "recovery";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        foreach (var peers in new[] { 10_000, 100_000 })
        {
            foreach (var snapshot in new[] { true, false })
            {
                using var folder = new BenchFolder();
                await Stores.MakeAsync(folder.Path, peers, snapshot);
                var (own, bytes, parsed) = (new List<double>(), new List<double>(), new List<double>());
                for (var round = 0; round <= scale.Of(2, 6); round++)
                {
                    var took = await RecoverAsync(folder.Path, peers);
                    GC.Collect();
                    var raw = RawStore.Read(RunningStore.FileIn(folder.Path));
                    GC.Collect();
                    if (round > 0)
                    {
                        own.Add(took.TotalMilliseconds);
                        bytes.Add(raw.Bytes.TotalMilliseconds);
                        parsed.Add(raw.Parsed.TotalMilliseconds);
                    }
                }

                yield return new Figure(
                    $"recovery of {peers:N0} peers from {(snapshot ? "a snapshot" : "the journal")}",
                    Samples.Median(own), "ms", Samples.Median(parsed), snapshot && peers == 100_000 ? Aim.RatioAtMost(2) : null)
                {
                    // The start of the plugin is the same for few peers and for many.
                    Note = $"with the start of the plugin; {Table.Number(Samples.Median(bytes))} ms of the ceiling for the bytes",
                };
            }
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
