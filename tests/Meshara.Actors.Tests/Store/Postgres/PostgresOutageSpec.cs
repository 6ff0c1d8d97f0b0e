using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Npgsql;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store.Postgres;

/// <summary>The server goes away, and comes back.</summary>
[Collection(nameof(PostgresServer))]
public sealed class PostgresOutageSpec : StoreSpec
{
    private readonly PostgresServer _server;
    private readonly string _database;
    private string? _over;

    public PostgresOutageSpec(PostgresServer server)
    {
        server.Require();
        (_server, _database) = (server, server.NewDatabase());
    }

    [SkippableFact]
    public async Task A_server_that_is_killed_costs_nothing_that_was_acknowledged_and_what_could_wait_is_written_when_it_is_back()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1, manual: true, pinned: "192.0.2.1:7373");
        await Owner.ExpectMsgAsync<Changed>();
        _server.Kill();
        try
        {
            (await AskAsync(store, r => new Learn(r, PeerOf(2), PeerSource.Manual, true, null))).ShouldBeOfType<NotKept>().Reason.ShouldBe(Reason.StoreUnavailable);
            (await Owner.ExpectMsgAsync<Unavailable>()).Cause.ShouldNotBeNull().ShouldNotContain(PostgresServer.Password);
            store.Tell(new Learn(1001, PeerOf(3), PeerSource.Mdns, false, null), TestActor);
        }
        finally
        {
            _server.Start();
        }

        await AwaitAssertAsync(() =>
        {
            Clock.Advance(Settings.Restart.Max);
            HasMessages.ShouldBeTrue();
        });
        (await ExpectMsgAsync<Kept>()).Peer.Id.ShouldBe(IdOf(3));
        await StopAsync(store);
        await Owner.FishForMessageAsync(m => m is Changed c && c.Peer.Id == IdOf(3));

        (await StartAsync()).Known.Peers.Keys.ShouldBe([IdOf(1), IdOf(3)], ignoreOrder: true);
    }

    [SkippableFact]
    public async Task A_network_that_is_cut_holds_nobody_up_and_what_waited_is_written_when_it_is_whole_again()
    {
        using var line = new CutLine(Path.Combine(Folder, PostgresServer.SocketName), _server.Socket);
        _over = new NpgsqlConnectionStringBuilder(_database) { Host = Folder, Timeout = 5, CommandTimeout = 3, CancellationTimeout = 500 }.ToString();
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await Owner.ExpectMsgAsync<Changed>();

        line.Cut();
        store.Tell(new Learn(1001, PeerOf(2), PeerSource.Mdns, false, null), TestActor);
        (await Owner.ExpectMsgAsync<Unavailable>()).Cause.ShouldNotBeNull();
        (await AskAsync(store, r => new Learn(r, PeerOf(3), PeerSource.Manual, true, null))).ShouldBeOfType<NotKept>().Reason.ShouldBe(Reason.StoreUnavailable);
        line.Heal();

        await AwaitAssertAsync(() =>
        {
            Clock.Advance(Settings.Restart.Max);
            HasMessages.ShouldBeTrue();
        });
        (await ExpectMsgAsync<Kept>()).Peer.Id.ShouldBe(IdOf(2));
        await StopAsync(store);
        await Owner.FishForMessageAsync(m => m is Changed c && c.Peer.Id == IdOf(2));
        (await StartAsync()).Known.Peers.Keys.ShouldBe([IdOf(1), IdOf(2)], ignoreOrder: true);
    }

    [SkippableFact]
    public async Task A_lost_connection_is_made_anew()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);
        await Owner.ExpectMsgAsync<Changed>();
        using (var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database) { Pooling = false }.ToString()))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()";
            command.ExecuteNonQuery();
        }

        // The first write may fall on a dead connection; it waits then, and is written all the same.
        store.Tell(new Learn(1001, PeerOf(2), PeerSource.Mdns, false, null), TestActor);
        await AwaitAssertAsync(() =>
        {
            Clock.Advance(Settings.Restart.Max);
            HasMessages.ShouldBeTrue();
        });
        (await ExpectMsgAsync<Kept>()).Peer.Id.ShouldBe(IdOf(2));
        await StopAsync(store);
    }

    [SkippableFact]
    public void A_server_that_refuses_is_one_line_without_the_password()
    {
        using var folder = DataFolder.Open(Path.Combine(Folder, "other"));
        var wrong = new NpgsqlConnectionStringBuilder(_database) { Password = "wrong-" + PostgresServer.Password }.ToString();
        foreach (var connection in new[] { wrong, $"{_database};NoSuchKey=1", _database.Replace("Host=/", "Host=/nowhere/", StringComparison.Ordinal) })
        {
            var error = Should.Throw<MesharaStartException>(() => StoreDatabase.Prepare(folder, Placed(new StoreSettings()) with { ConnectionString = connection }));
            error.Message.ShouldNotContain(PostgresServer.Password);
            error.Message.ShouldNotContain("\n");
        }
    }

    private protected override StoreSettings Placed(StoreSettings settings) => PeerStoreOnPostgresSpec.On(settings, _over ?? _database);
}
