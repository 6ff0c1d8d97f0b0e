using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;
using Ban = Meshara.Actors.Store.PeerStoreProtocol.Ban;

namespace Meshara.Actors.Tests.Store;

public sealed class PeerStoreOutageSpec : StoreSpec
{
    [Fact]
    public async Task While_the_database_is_away_commands_are_refused_and_the_owner_knows_until_it_is_back()
    {
        Settings = new StoreSettings { ConnectionString = $"Data Source={File};Default Timeout=1" };
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await Owner.ExpectMsgAsync<Changed>();

        using (var blocker = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            blocker.Open();
            await using var held = await blocker.BeginTransactionAsync(System.Data.IsolationLevel.Serializable);

            (await AskAsync(store, r => new Learn(r, PeerOf(2), PeerSource.Mdns, false, null)))
                .ShouldBeOfType<NotKept>().Reason.ShouldBe(Reason.StoreUnavailable);
            (await Owner.ExpectMsgAsync<Unavailable>()).Cause.ShouldNotBeNull().ShouldContain("locked");

            // Down now: nobody waits for the database.
            (await AskAsync(store, r => new Ban(r, IdOf(1), ReputationCause.Timeout)))
                .ShouldBeOfType<NotKept>().Reason.ShouldBe(Reason.StoreUnavailable);
            store.Tell(new Judge(IdOf(1), ReputationCause.Timeout));
            store.Tell(new Flush(), TestActor);
            (await ExpectMsgAsync<Flushed>()).Everything.ShouldBeFalse();
        }

        await AwaitAssertAsync(() =>
        {
            Clock.Advance(Settings.Restart.Initial);
            Owner.HasMessages.ShouldBeTrue();
        });
        (await Owner.ExpectMsgAsync<Recovered>()).Peers.Keys.ShouldBe([IdOf(1)]);
        (await Owner.ExpectMsgAsync<Unavailable>()).Cause.ShouldBeNull();
        (await LearnAsync(store, 2)).Id.ShouldBe(IdOf(2));
    }

    [Fact]
    public async Task What_cannot_be_understood_stops_the_recovery_and_stays_as_it_is()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await Owner.ExpectMsgAsync<Changed>();
        await StopAsync(store);
        Execute("UPDATE journal SET manifest = 'quarantined'");

        store = Launch();
        (await Owner.ExpectMsgAsync<Unavailable>()).Cause.ShouldNotBeNull().ShouldContain("'quarantined'");

        (await AskAsync(store, r => new Learn(r, PeerOf(2), PeerSource.Mdns, false, null))).ShouldBeOfType<NotKept>();
        (await StopAsync(store)).Everything.ShouldBeFalse();
        Journal().ShouldHaveSingleItem().Manifest.ShouldBe("quarantined");
    }

    [Fact]
    public async Task A_stop_while_the_database_is_away_is_answered()
    {
        Settings = new StoreSettings { ConnectionString = $"Data Source={File};Default Timeout=1" };
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        store.Tell(new Judge(IdOf(1), ReputationCause.Timeout));

        using var blocker = new SqliteConnection($"Data Source={File};Pooling=False");
        blocker.Open();
        await using var held = await blocker.BeginTransactionAsync(System.Data.IsolationLevel.Serializable);
        (await StopAsync(store)).Everything.ShouldBeFalse();
    }

    [Fact]
    public async Task No_more_commands_wait_for_a_slow_database_than_the_bound()
    {
        Settings = new StoreSettings { ConnectionString = $"Data Source={File};Default Timeout=1" };
        var (store, _) = await StartAsync();
        using var blocker = new SqliteConnection($"Data Source={File};Pooling=False");
        blocker.Open();
        await using var held = await blocker.BeginTransactionAsync(System.Data.IsolationLevel.Serializable);

        for (var i = 1; i <= PeerStoreSupervisor.MaxPending + 1; i++)
        {
            store.Tell(new Learn(i, PeerOf(1), PeerSource.Mdns, false, null), TestActor);
        }

        (await ExpectMsgAsync<NotKept>()).Request.ShouldBe(PeerStoreSupervisor.MaxPending + 1);
        var refused = new HashSet<long>();
        for (var i = 0; i < PeerStoreSupervisor.MaxPending; i++)
        {
            refused.Add((await ExpectMsgAsync<NotKept>()).Request);
        }

        refused.Count.ShouldBe(PeerStoreSupervisor.MaxPending);
    }
}
