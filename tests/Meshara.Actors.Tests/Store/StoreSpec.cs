using System.Data.Common;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Actors.Store.Upkeep;
using Meshara.Actors.Telemetry;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Microsoft.Data.Sqlite;
using Shouldly;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

/// <summary>A store in a folder of its own, on virtual time; what it tells its owner arrives at <see cref="Owner"/>.</summary>
public abstract class StoreSpec : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly TempFolder _temp = new();
    private DataFolder? _folder;
    private long _request;

    private protected StoreSpec(string config = "")
        : base($$"""
            {{config}}
            akka.loglevel = WARNING
            akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
            akka.test.default-timeout = 15s
            akka.test.single-expect-default = 15s
            """)
    {
        Owner = CreateTestProbe("owner");
    }

    private protected TestProbe Owner { get; }

    private protected string Folder => _temp.Path;

    private protected string File => Path.Combine(Folder, StoreDatabase.FileName);

    private protected static NodeId Node { get; } = NodeId.Of(PeerOf(0xff));

    private protected StoreSettings Settings { get; set; } = new();

    /// <summary>What can be measured of it.</summary>
    private protected NodeFigures Figures { get; } = new();

    private protected ReputationPolicy Policy { get; } = new();

    private protected TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    private protected static PublicKey PeerOf(byte n) => PublicKey.FromBytes(Enumerable.Repeat(n, 32).ToArray());

    private protected static NodeId IdOf(byte n) => NodeId.Of(PeerOf(n));

    private protected static PeerAddress At(string text) => PeerAddress.Parse(text);

    /// <summary>The settings with the database that this spec uses: the file in the folder, unless a spec says otherwise.</summary>
    private protected virtual StoreSettings Placed(StoreSettings settings) => settings;

    /// <summary>A connection of its own to that database.</summary>
    private protected virtual DbConnection Connect() => new SqliteConnection($"Data Source={File};Pooling=False");

    /// <summary>Starts the store and takes what it says first: all that is known.</summary>
    private protected async Task<(IActorRef Store, Recovered Known)> StartAsync()
    {
        var store = Launch();
        return (store, await Owner.ExpectMsgAsync<Recovered>(Patience));
    }

    private protected IActorRef Launch(string name = "meshara")
    {
        _folder ??= DataFolder.Open(Folder);
        var settings = Placed(Settings);
        var plugin = StorePlugin.Register(Sys, name, StoreDatabase.Prepare(_folder, settings));
        return Sys.ActorOf(PeerStoreSupervisor.Props(Owner, Node, plugin, settings, Policy, "akka.actor.default-dispatcher", Figures.Store));
    }

    private protected async Task<KnownPeer> KeepAsync(IActorRef store, Func<long, IDurable> command)
    {
        var answer = await AskAsync(store, command);
        return answer.ShouldBeOfType<Kept>().Peer;
    }

    private protected async Task<object> AskAsync(IActorRef store, Func<long, IDurable> command)
    {
        var request = ++_request;
        store.Tell(command(request), TestActor);
        var answer = await ExpectMsgAsync<object>(Patience);
        (answer switch { Kept kept => kept.Request, RangesKept kept => kept.Request, _ => ((NotKept)answer).Request }).ShouldBe(request);
        return answer;
    }

    private protected Task<KnownPeer> LearnAsync(IActorRef store, byte n, bool manual = false, string? pinned = null) => KeepAsync(
        store, r => new Learn(r, PeerOf(n), manual ? PeerSource.Manual : PeerSource.Mdns, manual, pinned is null ? null : At(pinned)));

    private protected async Task FlushAsync(IActorRef store)
    {
        store.Tell(new Flush(), TestActor);
        await ExpectMsgAsync<Flushed>(Patience);
    }

    private protected async Task<Flushed> StopAsync(IActorRef store)
    {
        Watch(store);
        store.Tell(new Stop(), TestActor);
        var flushed = await ExpectMsgAsync<Flushed>(Patience);
        await ExpectTerminatedAsync(store, Patience);
        return flushed;
    }

    /// <summary>
    /// What stands in the file, read by another connection, as after a kill -9, with the kinds of the rows. The plugin keeps one deleted
    /// row, so that it knows the highest number.
    /// </summary>
    private protected List<(long Sequence, long Serializer, string Manifest)> Journal() => Rows(
        "SELECT sequence_number, identifier, manifest FROM journal WHERE NOT deleted ORDER BY sequence_number");

    private protected List<(long Sequence, long Serializer, string Manifest)> Snapshots() => Rows(
        "SELECT sequence_number, serializer_id, manifest FROM snapshot ORDER BY sequence_number");

    /// <summary>What the rows say, the events of one flush each for itself.</summary>
    private protected StoreReading Reading()
    {
        var rows = new StoreRows(StoreDatabase.At(Folder, Placed(Settings)), StoreRows.PersistenceIdOf(Node));
        return StoreReading.Of(rows.Snapshots(), rows.Events());
    }

    private protected async Task<List<T>> ReceiveFromOwnerAsync<T>(int count)
    {
        var all = new List<T>();
        for (var i = 0; i < count; i++)
        {
            all.Add(await Owner.ExpectMsgAsync<T>(Patience));
        }

        return all;
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        SqliteConnection.ClearAllPools();
        _folder?.Dispose();
        _temp.Dispose();
    }

    private protected void Execute(string sql)
    {
        using var connection = Connect();
        connection.Open();
        Sql.Execute(connection, sql);
    }

    private List<(long Sequence, long Serializer, string Manifest)> Rows(string sql)
    {
        using var connection = Connect();
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<(long, long, string)>();
        while (reader.Read())
        {
            rows.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2).Split('/')[0]));
        }

        return rows;
    }
}
