using System.Diagnostics;
using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Benchmarks.Tables;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// What a busy mesh costs the disk: each connection reports once a second what has moved and how many messages it delivered
/// (<c>PeerConnection.ReportActivity</c>), and the supervisor tells the store of both (<c>Admissions.OnActivity</c>).
/// </summary>
internal sealed class BusyMesh : IBenchmark
{
    private const int Peers = 200;
    private const int MessagesPerSecond = 1_000;
    private const int MessageSize = 140;

    public string Name => "busy";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        using var folder = new BenchFolder();
        await using var store = await RunningStore.StartAsync(folder.Path, new StoreSettings());
        await Stores.FillAsync(store, Population.Of(Peers, records: true));
        await RunAsync(store, seconds: 2);

        var seconds = scale.Of(5, 20);
        var watch = new WalWatch(RunningStore.FileIn(folder.Path));
        var (cpu, written) = (Cpu(), Written());
        var clock = Stopwatch.StartNew();
        await RunAsync(store, seconds);
        await store.FlushAsync();
        var (took, spent, bytes) = (clock.Elapsed.TotalSeconds, Cpu() - cpu, Written() - written);
        watch.Dispose();

        var mesh = $"{Peers} peers, {MessagesPerSecond:N0} messages a second each";
        yield return new Figure("transactions of a busy mesh", watch.Transactions / took, "/s", Aim: Aim.AtMost(5))
        {
            Note = $"{mesh}, snapshots and trimming included{(watch.HasMissed ? ", some may have gone uncounted" : "")}",
        };
        yield return new Figure("bytes that a busy mesh writes to the log", (double)watch.Pages * watch.PageSize / took, "B/s") { Note = mesh };
        if (written is not null)
        {
            yield return new Figure("bytes that a busy mesh writes in all", bytes!.Value / took, "B/s") { Note = $"{mesh}, checkpoints included" };
        }

        yield return new Figure("CPU of the store in a busy mesh", 100 * spent.TotalSeconds / took, "% of a core") { Note = mesh };
    }

    /// <summary>Each connection has its own second.</summary>
    private static async Task RunAsync(RunningStore store, int seconds)
    {
        var ids = Enumerable.Range(0, Peers).Select(i => NodeId.Of(Population.KeyOf(i))).ToArray();
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var reported = 0; reported < seconds * Peers; await timer.WaitForNextTickAsync())
        {
            for (var due = Math.Min(seconds * Peers, (int)(clock.Elapsed.TotalSeconds * Peers)); reported < due; reported++)
            {
                var peer = ids[reported % Peers];
                var moved = MessagesPerSecond * MessageSize;
                store.Door.Tell(new Traffic(peer, moved, moved, store.System.Scheduler.Now), ActorRefs.NoSender);
                store.Door.Tell(new Judge(peer, ReputationCause.MessageDelivered, MessagesPerSecond), ActorRefs.NoSender);
            }
        }
    }

    private static TimeSpan Cpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }

    /// <summary>What this process has handed to the system to be written; null where the system does not tell.</summary>
    private static long? Written()
    {
        const string counters = "/proc/self/io";
        return File.Exists(counters)
            ? long.Parse(File.ReadLines(counters).First(l => l.StartsWith("wchar:", StringComparison.Ordinal))["wchar:".Length..], System.Globalization.CultureInfo.InvariantCulture)
            : null;
    }
}
