using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

/// <summary>What becomes of SQLite's file.</summary>
public sealed class StoreFileSpec : StoreSpec
{
    [Fact]
    public async Task A_store_that_was_flooded_once_gives_the_space_back_while_it_runs()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        Execute("CREATE TABLE flood (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000) "
            + "INSERT INTO flood SELECT randomblob(1000) FROM n; DROP TABLE flood; PRAGMA wal_checkpoint(TRUNCATE)");
        var before = new FileInfo(File).Length;
        before.ShouldBeGreaterThan(8_000_000);

        Clock.Advance(TimeSpan.FromHours(6));

        await AwaitAssertAsync(() => new FileInfo(File).Length.ShouldBeLessThan(before / 10));
        await LearnAsync(store, 2);
        await StopAsync(store);
    }

    [Fact]
    public async Task A_season_of_churn_leaves_a_small_file()
    {
        Settings = new StoreSettings { MaxKnownPeers = 100, SnapshotEvery = 100, SnapshotAfter = TimeSpan.FromDays(7) };
        var (store, _) = await StartAsync();
        for (var week = 0; week < 16; week++)
        {
            // Each week seven come who stay, and all move a little, each day anew.
            for (var day = 7 * week; day < (7 * week) + 7; day++)
            {
                await KeepAsync(store, r => new Learn(r, KeyOf(day), PeerSource.Inbound, false, At($"10.{day / 250}.0.{day % 250}:7373")));
                for (var known = Math.Max(0, day - 50); known <= day; known++)
                {
                    store.Tell(new Judge(NodeId.Of(KeyOf(known)), ReputationCause.Timeout));
                    store.Tell(new Traffic(NodeId.Of(KeyOf(known)), 1_000_000, 1_000_000, Clock.Now));
                }

                await FlushAsync(store);
            }

            // What is saved and deleted must be over before a week passes in a moment: the plugin's patience is on the same clock.
            await AwaitAssertAsync(() =>
            {
                Reading().Events.Length.ShouldBeLessThan(2 * (Settings.SnapshotEvery + 102));
                Snapshots().Count.ShouldBeLessThanOrEqualTo(2);
            });
            Clock.Advance(TimeSpan.FromDays(7));
        }

        await StopAsync(store);
        Snapshots().Count.ShouldBe(2);
        new FileInfo(File).Length.ShouldBeLessThan(3 * 1024 * 1024 / 2, "of 11,000 events, some 2.5 MB, of which those of some weeks may not be deleted yet");
    }

    [Fact]
    public async Task A_busy_mesh_costs_the_disk_one_transaction_a_second_with_one_row_of_all_its_peers()
    {
        const int Peers = 200, Seconds = 10;
        Settings = new StoreSettings { SnapshotEvery = 1_000_000 };
        var (store, _) = await StartAsync();
        for (var n = 0; n < Peers; n++)
        {
            await KeepAsync(store, r => new Learn(r, KeyOf(n), PeerSource.Inbound, false, null));
        }

        // The log is there as long as somebody has the file open.
        using var open = new SqliteConnection($"Data Source={File};Pooling=False");
        open.Open();
        using var look = open.CreateCommand();
        look.CommandText = "SELECT COUNT(*) FROM journal";
        look.ExecuteScalar();
        var log = new WalFile(File + "-wal");
        log.Look();
        for (var second = 0; second < Seconds; second++)
        {
            // A connection reports ten times a second what a hundred messages each have moved.
            for (var report = 0; report < 10; report++)
            {
                for (var n = 0; n < Peers; n++)
                {
                    store.Tell(new Traffic(NodeId.Of(KeyOf(n)), 100, 10_000, Clock.Now));
                    store.Tell(new Judge(NodeId.Of(KeyOf(n)), ReputationCause.MessageDelivered, 100));
                }
            }

            var written = Journal().Count;
            await AwaitAssertAsync(() =>
            {
                Clock.Advance(Settings.FlushInterval);
                Journal().Count.ShouldBeGreaterThan(written);
            });
            log.Look();
        }

        log.Commits.ShouldBeInRange(Seconds, 3 * Seconds);
        (Journal().Count - Peers).ShouldBeInRange(Seconds, 3 * Seconds);
        Reading().Events.Length.ShouldBeGreaterThan(Peers * Seconds);
        await StopAsync(store);
    }

    [Fact]
    public async Task A_stop_writes_the_drift_stops_for_good_and_lets_go_of_the_file()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        store.Tell(new Judge(IdOf(1), ReputationCause.Timeout));
        (await StopAsync(store)).Everything.ShouldBeTrue();

        Journal().Select(row => row.Manifest).ShouldBe(["learned", "drift"]);
        System.IO.File.Exists(File + "-wal").ShouldBeFalse("the last connection that closes merges the log into the file");
        await ReceiveFromOwnerAsync<Changed>(2);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Owner.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    private static PublicKey KeyOf(int n) => PublicKey.FromBytes([.. BitConverter.GetBytes(n), .. new byte[28]]);
}
