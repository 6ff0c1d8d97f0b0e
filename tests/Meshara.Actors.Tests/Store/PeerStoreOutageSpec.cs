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
        WaitFor(seconds: 1);
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await Owner.ExpectMsgAsync<Changed>();

        using (Lock())
        {
            (await AskAsync(store, r => new Learn(r, PeerOf(2), PeerSource.Manual, true, null)))
                .ShouldBeOfType<NotKept>().Reason.ShouldBe(Reason.StoreUnavailable);
            (await Owner.ExpectMsgAsync<Unavailable>()).Cause.ShouldNotBeNull().ShouldContain("locked");

            // Down now: no person waits for the database.
            (await AskAsync(store, r => new Ban(r, IdOf(1), ReputationCause.Operator)))
                .ShouldBeOfType<NotKept>().Reason.ShouldBe(Reason.StoreUnavailable);
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
    public async Task A_database_that_can_be_read_but_not_written_is_not_back()
    {
        WaitFor(seconds: 1);
        var (store, _) = await StartAsync();
        using (Lock())
        {
            store.Tell(new Learn(1, PeerOf(1), PeerSource.Mdns, false, null), TestActor);
            (await Owner.ExpectMsgAsync<Unavailable>()).Cause.ShouldNotBeNull();

            // Whoever has it locked for writing lets it be read: the store starts again, and is still not told of as back.
            for (var restart = 0; restart < 3; restart++)
            {
                Clock.Advance(Settings.Restart.Max);
                await foreach (var told in Owner.ReceiveWhileAsync(m => m, max: TimeSpan.FromMilliseconds(500)))
                {
                    told.ShouldBeOfType<Unavailable>().Cause.ShouldNotBeNull();
                }
            }
        }

        await AwaitAssertAsync(() =>
        {
            Clock.Advance(Settings.Restart.Max);
            HasMessages.ShouldBeTrue();
        });
        (await ExpectMsgAsync<Kept>()).Request.ShouldBe(1);
        await Owner.FishForMessageAsync(m => m is Recovered);
        (await Owner.ExpectMsgAsync<Unavailable>()).ShouldBe(new Unavailable(null));
        await StopAsync(store);
        Journal().Select(row => row.Manifest).ShouldBe(["outage-ended", "learned"], "the history says when it has a gap");
    }

    [Fact]
    public async Task What_the_node_itself_says_meanwhile_is_written_in_order_when_the_database_is_back()
    {
        WaitFor(seconds: 1);
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await Owner.ExpectMsgAsync<Changed>();

        using (Lock())
        {
            // The first is under way when the database turns out to be away, and waits with those after it.
            store.Tell(new Learn(101, PeerOf(2), PeerSource.Mdns, false, At("192.0.2.2:7373")), TestActor);
            (await Owner.ExpectMsgAsync<Unavailable>()).Cause.ShouldNotBeNull();
            for (var i = 0; i < 100; i++)
            {
                store.Tell(new Traffic(IdOf(2), 10, 1, null));
                store.Tell(new Judge(IdOf(1), ReputationCause.Timeout));
            }

            store.Tell(new Ban(102, IdOf(2), ReputationCause.ProtocolViolation), TestActor);
        }

        await AwaitAssertAsync(() =>
        {
            Clock.Advance(Settings.Restart.Initial);
            HasMessages.ShouldBeTrue();
        });
        (await ExpectMsgAsync<Kept>()).Request.ShouldBe(101);
        (await ExpectMsgAsync<Kept>()).Peer.Ban.ShouldNotBeNull();
        (await Owner.FishForMessageAsync(m => m is Unavailable)).ShouldBe(new Unavailable(null) { Lost = 0 });
        await StopAsync(store);
        await Owner.FishForMessageAsync(m => m is Changed && !Owner.HasMessages);

        var peers = (await StartAsync()).Known.Peers;
        (peers[IdOf(2)].BytesSent, peers[IdOf(2)].BytesReceived, peers[IdOf(2)].Ban).ShouldSatisfyAllConditions(
            p => p.BytesSent.ShouldBe(1000), p => p.BytesReceived.ShouldBe(100), p => p.Ban.ShouldNotBeNull());
        peers[IdOf(1)].Reputation.Score.ShouldBeLessThan(-50);
    }

    [Fact]
    public async Task More_than_can_wait_is_lost_and_counted()
    {
        WaitFor(seconds: 1);
        var (store, _) = await StartAsync();
        using (Lock())
        {
            store.Tell(new Learn(1, PeerOf(1), PeerSource.Mdns, false, null), TestActor);
            await Owner.ExpectMsgAsync<Unavailable>();

            for (var i = 0; i < Postponed.Max + 9; i++)
            {
                store.Tell(new DialEnded(IdOf(1), At("192.0.2.1:7373"), Reason.Refused), TestActor);
            }

            store.Tell(new Learn(2, PeerOf(2), PeerSource.Mdns, false, null), TestActor);
            (await ExpectMsgAsync<NotKept>()).Request.ShouldBe(2);
        }

        await AwaitAssertAsync(() =>
        {
            Clock.Advance(Settings.Restart.Initial);
            Owner.HasMessages.ShouldBeTrue();
        });
        await Owner.ExpectMsgAsync<Recovered>();
        (await Owner.ExpectMsgAsync<Unavailable>()).ShouldBe(new Unavailable(null) { Lost = 11 });
    }

    [Fact]
    public async Task Drift_that_was_being_written_when_the_database_went_away_is_counted()
    {
        WaitFor(seconds: 1);
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await Owner.ExpectMsgAsync<Changed>();
        using (Lock())
        {
            store.Tell(new Judge(IdOf(1), ReputationCause.Timeout));
            await Owner.ExpectMsgAsync<Changed>();
            store.Tell(new Flush(), TestActor);
            (await ExpectMsgAsync<Flushed>()).Everything.ShouldBeFalse();
            (await Owner.ExpectMsgAsync<Unavailable>()).Cause.ShouldNotBeNull();
        }

        await AwaitAssertAsync(() =>
        {
            Clock.Advance(Settings.Restart.Initial);
            Owner.HasMessages.ShouldBeTrue();
        });
        await Owner.ExpectMsgAsync<Recovered>();
        (await Owner.ExpectMsgAsync<Unavailable>()).Lost.ShouldBe(1);
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

        (await AskAsync(store, r => new Learn(r, PeerOf(2), PeerSource.Manual, true, null))).ShouldBeOfType<NotKept>();
        (await StopAsync(store)).Everything.ShouldBeFalse();
        Journal().ShouldHaveSingleItem().Manifest.ShouldBe("quarantined");
    }

    [Fact]
    public async Task A_stop_while_the_database_is_away_is_answered()
    {
        WaitFor(seconds: 1);
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        store.Tell(new Judge(IdOf(1), ReputationCause.Timeout));

        using var held = Lock();
        (await StopAsync(store)).Everything.ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_slow_database_does_not_take_at_once_is_added_up_outside_and_loses_nothing()
    {
        const int Reports = 3 * UnderWay.MaxDrift;
        WaitFor(seconds: 10);
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await Owner.ExpectMsgAsync<Changed>();
        using (Lock())
        {
            store.Tell(new Learn(1, PeerOf(2), PeerSource.Manual, true, null), TestActor);
            for (var i = 0; i < Reports; i++)
            {
                store.Tell(new Traffic(IdOf(1), 1, 2, null));
            }

            // It can wait, so it waits behind them.
            store.Tell(new Learn(2, PeerOf(3), PeerSource.Mdns, false, null), TestActor);
            await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        }

        (await ExpectMsgAsync<Kept>()).Request.ShouldBe(1);
        (await ExpectMsgAsync<Kept>()).Request.ShouldBe(2);
        await FlushAsync(store);
        await StopAsync(store);
        await Owner.FishForMessageAsync(m => m is Changed changed && changed.Peer.Id == IdOf(3));

        var known = (await StartAsync()).Known.Peers[IdOf(1)];
        (known.BytesSent, known.BytesReceived).ShouldBe((Reports, 2 * Reports));
    }

    [Fact]
    public async Task No_more_commands_wait_for_a_slow_database_than_the_bound()
    {
        WaitFor(seconds: 1);
        var (store, _) = await StartAsync();
        using var held = Lock();

        for (var i = 1; i <= UnderWay.MaxDurable + 1; i++)
        {
            store.Tell(new Learn(i, PeerOf(1), PeerSource.Manual, true, null), TestActor);
        }

        (await ExpectMsgAsync<NotKept>()).Request.ShouldBe(UnderWay.MaxDurable + 1);
        var refused = new HashSet<long>();
        for (var i = 0; i < UnderWay.MaxDurable; i++)
        {
            refused.Add((await ExpectMsgAsync<NotKept>()).Request);
        }

        refused.Count.ShouldBe(UnderWay.MaxDurable);
    }

    /// <summary>How long the store waits for a database that another has locked.</summary>
    private void WaitFor(int seconds) => Settings = new StoreSettings { ConnectionString = $"Data Source={File};Default Timeout={seconds}" };

    /// <summary>Another program writes to the database until this is disposed; it can still be read.</summary>
    private SqliteConnection Lock()
    {
        var another = new SqliteConnection($"Data Source={File};Pooling=False");
        another.Open();
        Sql.Execute(another, "BEGIN IMMEDIATE");
        return another;
    }
}
