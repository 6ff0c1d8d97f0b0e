using Akka.Actor;
using Akka.TestKit;
using Meshara.Actors.Configuration;
using Meshara.Benchmarks.Tables;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// What the store takes on the disk after a year in which peers come and go every day, on virtual time: each day 50 are met for the first
/// time, 100 are heard of and as many forgotten, 200 are dialled, and 32 connected ones move bytes and scores each hour.
/// </summary>
internal sealed class YearOfChurn : IBenchmark
{
    private const int Known = 10_000;
    private const int MetADay = 50;
    private const int HeardADay = 100;
    private const int DialledADay = 200;
    private const int Connected = 32;

    public string Name => "churn";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        var days = scale.Of(30, 365);
        using var folder = new BenchFolder();
        var file = RunningStore.FileIn(folder.Path);
        var (largest, events) = (0L, 0L);
        await using (var store = await RunningStore.StartAsync(
            folder.Path, new StoreSettings(), """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """))
        {
            var clock = (TestScheduler)store.System.Scheduler;
            await Stores.FillAsync(store, Population.Of(Known, records: true));
            var next = Known;
            for (var day = 0; day < days; day++)
            {
                await LiveAsync(store, clock, next);
                next += MetADay + HeardADay;
                largest = Math.Max(largest, SizeOf(file));
            }

            events = Stores.Count(file, "SELECT max(sequence_number) FROM journal");
        }

        var size = SizeOf(file);
        var (rows, snapshots) = (Stores.Count(file, "SELECT count(*) FROM journal"), Stores.Count(file, "SELECT count(*) FROM snapshot"));
        var raw = Stores.Count(file, "SELECT max(length(snapshot)) FROM snapshot");
        var span = days == 365 ? "a year" : $"{days} days";
        yield return new Figure($"disk bytes per known peer after {span} of churn", (double)size / Known, "B", (double)raw / Known)
        {
            Note = $"{Known:N0} known; the ceiling is one snapshot; {events:N0} rows were written, {rows:N0} of them and {snapshots} snapshots are left, "
                + $"{Table.Number(size / 1e6)} MB",
        };
        yield return new Figure($"the most that it took meanwhile, per known peer, with the log beside it", (double)largest / Known, "B", (double)raw / Known);
    }

    private static async Task LiveAsync(RunningStore store, TestScheduler clock, int next)
    {
        var day = next / (MetADay + HeardADay);
        for (var i = 0; i < MetADay; i++)
        {
            await store.KeepAsync([new Learn(i, Population.KeyOf(next + i), PeerSource.Inbound, Manual: false, Population.AddressOf(next + i))], inFlight: 1);
        }

        // Who is of no use is forgotten, and somebody new is heard of in its place.
        for (var i = 0; i < HeardADay; i++)
        {
            var heard = next + MetADay + i;
            Tell(new Forget(IdOf(heard - Known)));
            Tell(new RecordSeen(Population.RecordOf(heard), [Population.AddressOf(heard)], IdOf(next)));
        }

        for (var i = 0; i < DialledADay; i++)
        {
            var dialled = next - 1 - ((i * 37) % (Known / 2));
            Tell(new DialEnded(IdOf(dialled), Population.AddressOf(dialled), i % 3 == 0 ? null : Reason.Unreachable));
        }

        for (var hour = 0; hour < 24; hour++)
        {
            for (var i = 0; i < Connected; i++)
            {
                var peer = IdOf(next - 1 - (((day * 7) + (i * 101)) % (Known / 2)));
                Tell(new Traffic(peer, 1_000_000, 2_000_000, clock.Now));
                Tell(new Judge(peer, i % 8 == 0 ? ReputationCause.ConnectionLost : ReputationCause.MessageDelivered, 1));
            }

            await store.FlushAsync();
            clock.Advance(TimeSpan.FromHours(1));
        }

        void Tell(ICommand drift) => store.Door.Tell(drift, ActorRefs.NoSender);
    }

    private static NodeId IdOf(int i) => NodeId.Of(Population.KeyOf(i));

    /// <summary>With what waits in the write-ahead log.</summary>
    private static long SizeOf(string file) => new[] { file, $"{file}-wal" }.Where(File.Exists).Sum(f => new FileInfo(f).Length);
}
