using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;
using Ban = Meshara.Actors.Store.PeerStoreProtocol.Ban;

namespace Meshara.Actors.Tests.Store;

public class PeerStoreSpec : StoreSpec
{
    [SkippableFact]
    public async Task What_was_kept_is_on_the_disk_when_the_answer_comes_written_by_our_own_serializer()
    {
        var (store, known) = await StartAsync();
        known.Peers.ShouldBeEmpty();

        var peer = await LearnAsync(store, 1, manual: true, pinned: "192.0.2.1:7373");

        Journal().ShouldBe([(1, PeerStoreSerializer.Id, "learned"), (2, PeerStoreSerializer.Id, "pinned")]);
        peer.Manual.ShouldBeTrue();
        peer.Best!.Proven.ShouldBeTrue();
        (await Owner.ExpectMsgAsync<Changed>()).Peer.ShouldBe(peer);
    }

    [SkippableFact]
    public async Task A_restart_finds_peers_pins_bans_removals_scores_and_traffic_as_they_were()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1, manual: true, pinned: "192.0.2.1:7373");
        await LearnAsync(store, 2, pinned: "[2001:db8::1]:7373");
        await LearnAsync(store, 3);
        await KeepAsync(store, r => new Ban(r, IdOf(2), ReputationCause.ProtocolViolation));
        await KeepAsync(store, r => new Remove(r, IdOf(3), Clock.Now.AddMinutes(10)));
        store.Tell(new Judge(IdOf(1), ReputationCause.Timeout));
        store.Tell(new Traffic(IdOf(1), 10, 20, Clock.Now));
        store.Tell(new DialEnded(IdOf(1), At("192.0.2.1:7373"), Reason.Refused));
        store.Tell(new AddressHeard(IdOf(1), At("node.example:7373")));
        var before = (await ReceiveFromOwnerAsync<Changed>(9)).GroupBy(c => c.Peer.Id).ToDictionary(g => g.Key, g => g.Last().Peer);
        (await StopAsync(store)).Everything.ShouldBeTrue();

        var (_, known) = await StartAsync();

        StoredPeers.Of(known.Peers.Values).ToStored().ShouldBe(StoredPeers.Of(before.Values).ToStored());
        known.Peers[IdOf(1)].Reputation.Score.ShouldBe(-5);
        known.Peers[IdOf(1)].BytesReceived.ShouldBe(20);
        known.Peers[IdOf(1)].Addresses.Length.ShouldBe(2);
        known.Peers[IdOf(2)].IsBanned(Clock.Now).ShouldBeTrue();
        known.Peers[IdOf(3)].IsRemoved(Clock.Now).ShouldBeTrue();
    }

    [SkippableFact]
    public async Task Repeating_a_command_is_answered_and_stores_nothing_more()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1, pinned: "192.0.2.1:7373");
        await KeepAsync(store, r => new Ban(r, IdOf(1), ReputationCause.ProtocolViolation));
        var events = Journal().Count;

        await LearnAsync(store, 1, pinned: "192.0.2.1:7373");
        await KeepAsync(store, r => new Ban(r, IdOf(1), ReputationCause.ProtocolViolation));

        Journal().Count.ShouldBe(events);
        await ReceiveFromOwnerAsync<Changed>(2);
        await Owner.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [SkippableFact]
    public async Task What_is_asked_of_an_unknown_peer_is_refused()
    {
        var (store, _) = await StartAsync();
        (await AskAsync(store, r => new Remove(r, IdOf(1), Clock.Now))).ShouldBeOfType<NotKept>().Reason.ShouldBe(Reason.UnknownPeer);
        Journal().ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_repeat_offender_is_banned_for_twice_as_long()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        var first = await KeepAsync(store, r => new Ban(r, IdOf(1), ReputationCause.ProtocolViolation));
        first.Ban!.Until.ShouldBe(Clock.Now.AddHours(1));

        Clock.Advance(TimeSpan.FromHours(1));
        var second = await KeepAsync(store, r => new Ban(r, IdOf(1), ReputationCause.ProtocolViolation));
        second.Ban!.Until.ShouldBe(Clock.Now.AddHours(2));
    }

    [SkippableFact]
    public async Task Drift_is_shown_at_once_and_written_once_an_interval_in_one_row_one_event_a_kind_and_peer()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await LearnAsync(store, 2);
        await ReceiveFromOwnerAsync<Changed>(2);

        for (var i = 0; i < 20; i++)
        {
            foreach (var peer in new[] { IdOf(1), IdOf(2) })
            {
                store.Tell(new Judge(peer, ReputationCause.MessageDelivered));
                store.Tell(new Traffic(peer, 1, 2, Clock.Now));
            }
        }

        var shown = await ReceiveFromOwnerAsync<Changed>(80);
        shown[^1].Peer.BytesReceived.ShouldBe(40);
        shown[^1].Peer.Reputation.Score.ShouldBe(2, tolerance: 1e-9);
        Journal().Count.ShouldBe(2);

        Clock.Advance(Settings.FlushInterval);
        await AwaitAssertAsync(() => Journal().Skip(2).Select(row => row.Manifest).ShouldBe(["drift"]));
        Reading().Events.Skip(2).Select(e => (e.Sequence, e.Kind)).ShouldBe([(3, "judged"), (3, "traffic"), (3, "judged"), (3, "traffic")]);
    }

    [SkippableFact]
    public async Task A_durable_command_takes_the_drift_before_it_along_in_one_transaction()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        store.Tell(new Judge(IdOf(1), ReputationCause.VerificationFailed, Times: 3));
        await KeepAsync(store, r => new Ban(r, IdOf(1), ReputationCause.VerificationFailed));
        Journal().Select(row => row.Manifest).ShouldBe(["learned", "drift", "banned"]);
    }

    [SkippableFact]
    public async Task More_drift_than_may_wait_is_written_before_its_time()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        for (byte n = 2; n <= 80; n++)
        {
            await LearnAsync(store, n);
        }

        for (byte n = 1; n <= 80; n++)
        {
            for (var port = 1; port <= 14; port++)
            {
                store.Tell(new AddressHeard(IdOf(n), At($"203.0.113.{n}:{port}")));
            }
        }

        await AwaitAssertAsync(() => Reading().Events.Length.ShouldBeGreaterThanOrEqualTo(80 + PeerStore.MaxDrift));

        // The rest of the drift may be on its way to the disk: only a stop waits for that, and the folder is deleted next.
        await StopAsync(store);
    }

    [SkippableFact]
    public async Task Snapshots_bound_the_journal_and_the_one_before_the_newest_stays()
    {
        Settings = new StoreSettings { SnapshotEvery = 5 };
        var (store, _) = await StartAsync();
        for (var i = 0; i < 25; i++)
        {
            await LearnAsync(store, 1);
            await KeepAsync(store, r => new Ban(r, IdOf(1), ReputationCause.ProtocolViolation));
            await KeepAsync(store, r => new Unban(r, IdOf(1)));
        }

        await AwaitAssertAsync(() =>
        {
            var snapshots = Snapshots();
            snapshots.Select(row => row.Sequence).ShouldBe([45, 50]);
            snapshots.ShouldAllBe(row => row.Serializer == PeerStoreSerializer.Id && row.Manifest == "peers");
            Journal()[0].Sequence.ShouldBe(46);
        });
        await StopAsync(store);

        await Owner.FishForMessageAsync(m => m is Changed { Peer.Ban: null, Peer.LastSeen: not null } && !Owner.HasMessages);
        var (_, known) = await StartAsync();
        known.Peers.Keys.ShouldBe([IdOf(1)]);
    }

    [SkippableFact]
    public async Task A_snapshot_is_due_by_events_those_of_a_flush_and_those_from_before_a_restart_among_them()
    {
        Settings = new StoreSettings { SnapshotEvery = 6 };
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await LearnAsync(store, 2);
        Move();
        await StopAsync(store);
        Snapshots().ShouldBeEmpty();
        await ReceiveFromOwnerAsync<Changed>(4);

        (store, _) = await StartAsync();
        Move();
        await FlushAsync(store);

        await AwaitAssertAsync(() => Snapshots().Select(row => row.Sequence).ShouldBe([4]));
        await StopAsync(store);

        void Move()
        {
            store.Tell(new Traffic(IdOf(1), 1, 2, Clock.Now));
            store.Tell(new Traffic(IdOf(2), 1, 2, Clock.Now));
        }
    }

    [SkippableFact]
    public async Task Where_little_happens_a_snapshot_is_taken_by_its_age()
    {
        Settings = new StoreSettings { SnapshotAfter = TimeSpan.FromHours(1) };
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        Clock.Advance(TimeSpan.FromMinutes(59));
        await LearnAsync(store, 2);
        Snapshots().ShouldBeEmpty();

        Clock.Advance(TimeSpan.FromMinutes(1));
        await LearnAsync(store, 3);
        await AwaitAssertAsync(() => Snapshots().Select(row => row.Sequence).ShouldBe([3]));

        await LearnAsync(store, 4);
        Clock.Advance(TimeSpan.FromMinutes(59));
        await LearnAsync(store, 5);
        await StopAsync(store);
        Snapshots().Select(row => row.Sequence).ShouldBe([3]);
    }

    [SkippableFact]
    public async Task Without_its_newest_snapshot_a_store_still_finds_everything()
    {
        Settings = new StoreSettings { SnapshotEvery = 2 };
        var (store, _) = await StartAsync();
        for (byte n = 1; n <= 6; n++)
        {
            await LearnAsync(store, n, pinned: $"192.0.2.{n}:7373");
        }

        await StopAsync(store);
        await ReceiveFromOwnerAsync<Changed>(6);
        Execute("DELETE FROM snapshot WHERE sequence_number = (SELECT MAX(sequence_number) FROM snapshot)");

        var (_, known) = await StartAsync();
        known.Peers.Count.ShouldBe(6);
        known.Peers.Values.ShouldAllBe(p => p.Addresses.Length == 1);
    }

    [SkippableFact]
    public async Task The_worst_is_forgotten_for_a_newcomer_and_the_owner_is_told()
    {
        Settings = new StoreSettings { MaxKnownPeers = 2 };
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1, manual: true);
        await LearnAsync(store, 2);
        await LearnAsync(store, 3);
        await ReceiveFromOwnerAsync<Changed>(2);
        (await Owner.ExpectMsgAsync<Forgotten>()).Peer.ShouldBe(IdOf(2));
        (await Owner.ExpectMsgAsync<Changed>()).Peer.Id.ShouldBe(IdOf(3));
        (await StopAsync(store)).Everything.ShouldBeTrue();

        (await StartAsync()).Known.Peers.Keys.ShouldBe([IdOf(1), IdOf(3)], ignoreOrder: true);
    }

    [SkippableFact]
    public async Task A_flush_without_drift_is_answered_too()
    {
        var (store, _) = await StartAsync();
        await FlushAsync(store);
        Journal().ShouldBeEmpty();
    }
}
