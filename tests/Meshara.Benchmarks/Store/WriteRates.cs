using System.Diagnostics;
using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Benchmarks.Tables;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// How fast the store keeps what it must not lose, and what it may lose a second of; against the same bytes in as many transactions by
/// Microsoft.Data.Sqlite alone. The two take turns many times, because the disk of a shared machine is now fast and now slow.
/// </summary>
internal sealed class WriteRates : IBenchmark
{
    private const int InFlight = 256;

    /// <summary>Each durable command learns a peer and pins its address.</summary>
    private const int EventsACommand = 2;

    /// <summary>As many as are known by default at most; so the snapshots are as large as they become, and as frequent.</summary>
    private const int Known = 10_000;

    public string Name => "writes";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        yield return await DurableAsync("durable commands a second, one at a time", 1, 100, scale.Of(5, 15));
        yield return await DurableAsync($"durable commands a second, {InFlight} in flight", InFlight, 500, scale.Of(5, 11));
        yield return await DriftAsync(scale.Of(10_000, 20_000), scale.Of(3, 7));
    }

    private static async Task<Figure> DurableAsync(string name, int inFlight, int count, int rounds)
    {
        using var folder = new BenchFolder();
        await using var store = await RunningStore.StartAsync(folder["store"], new StoreSettings());
        using var ceiling = new RawStore(folder["raw.db"]);
        var (given, events) = (0, new List<(string, byte[])>());
        await OursAsync();
        await CeilingAsync();
        var (ours, raw) = await Samples.MediansAsync(rounds, OursAsync, CeilingAsync);
        return new Figure(name, ours, "/s", raw) { Note = $"{EventsACommand} rows a transaction" };

        async Task<double> OursAsync()
        {
            var took = await store.KeepAsync(Learn(given, count), inFlight);
            given += count;
            events = RawStore.EventsOf(RunningStore.FileIn(folder["store"]), EventsACommand * count);
            return count / took.TotalSeconds;
        }

        Task<double> CeilingAsync() => Task.FromResult(count / ceiling.Write(events, EventsACommand).TotalSeconds);
    }

    private static async Task<Figure> DriftAsync(int count, int rounds)
    {
        using var folder = new BenchFolder();
        await using var store = await RunningStore.StartAsync(folder["store"], new StoreSettings());
        await Stores.FillAsync(store, Population.Of(Known, records: false));
        using var ceiling = new RawStore(folder["raw.db"]);
        var ids = Enumerable.Range(0, Known).Select(i => NodeId.Of(Population.KeyOf(i))).ToArray();
        var events = new List<(string, byte[])>();
        await OursAsync();
        await CeilingAsync();
        var (ours, raw) = await Samples.MediansAsync(rounds, OursAsync, CeilingAsync);
        return new Figure("drift events a second, all written", ours, "/s", raw)
        {
            Note = $"{Known:N0} peers known, snapshots included, one row of {PeerStore.MaxDrift} events a transaction",
        };

        async Task<double> OursAsync()
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < count; i++)
            {
                store.Door.Tell(new Traffic(ids[i % Known], 1_000, 1_000, null), ActorRefs.NoSender);
            }

            await store.FlushAsync();
            var took = clock.Elapsed;
            events = RawStore.EventsOf(RunningStore.FileIn(folder["store"]), count / PeerStore.MaxDrift);
            return count / took.TotalSeconds;
        }

        Task<double> CeilingAsync() => Task.FromResult(count / ceiling.Write(events, aTransaction: 1).TotalSeconds);
    }

    private static List<IDurable> Learn(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(i => new Learn(i, Population.KeyOf(i), PeerSource.Inbound, Manual: false, Population.AddressOf(i)))];
}
