using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Meshara.Core.Identity;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Meshara.Actors.Store;

/// <summary>
/// The journal and the snapshot store of one node: plugins of its own, under ids of its own, beside whatever the host has set up
/// for itself. Each registration has new ids, because Akka.Persistence keeps a plugin, and its database, for the life of the system.
/// They stand beside the node's own block of HOCON, in which every key is known.
/// </summary>
internal sealed class StorePlugin
{
    /// <summary>With less a database cannot go on: a few pages, in bytes.</summary>
    private const long SmallestRoom = 64 * 1024;

    private readonly StoreDatabase _database;

    private StorePlugin(StoreDatabase database, string journalId, string snapshotId)
    {
        _database = database;
        JournalId = journalId;
        SnapshotId = snapshotId;
    }

    public string JournalId { get; }

    public string SnapshotId { get; }

    /// <summary>
    /// Makes the plugins and the serializer known to <paramref name="system"/>; the plugins start with the first actor that uses
    /// them.
    /// </summary>
    /// <param name="name">The node's name; what the host's HOCON says of NAME-store-journal and NAME-store-snapshot goes before the defaults.</param>
    public static StorePlugin Register(ActorSystem system, string name, StoreDatabase database)
    {
        var number = StoreExtension.In(system).NextNumber(name);
        var suffix = number == 1 ? "" : $"-{number}";
        var plugin = new StorePlugin(database, $"{name}-store-journal{suffix}", $"{name}-store-snapshot{suffix}");
        StoreExtension.In(system).Inject(system, plugin.Config());
        return plugin;
    }

    /// <summary>
    /// Why nothing can be kept, as the rest of a sentence, if the file was deleted or moved away: what is open of it would take all that is
    /// written, and lose it. Connections to it are closed, so that one that is put back is really used. Null where all is well.
    /// </summary>
    public string? WhyGone()
    {
        if (_database.File is not { } file || File.Exists(file))
        {
            return null;
        }

        Release();
        return $"is gone: {file} was deleted or moved away; put it back, or stop the node and go on without it";
    }

    /// <summary>
    /// What to say besides of a write that failed, in brackets, or nothing: on a full disk SQLite speaks now of that, now of an I/O error.
    /// </summary>
    public string Remark()
    {
        try
        {
            return _database.File is { } file && new DriveInfo(file).AvailableFreeSpace < SmallestRoom ? " (no room is left on its disk)" : "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <inheritdoc cref="StoreDatabase.CompactIfWorthwhile"/>
    public long CompactIfWorthwhile() => _database.CompactIfWorthwhile();

    /// <summary>Tells both plugins to stop; they are the actors to wait for before <see cref="Release"/>.</summary>
    public IReadOnlyCollection<IActorRef> Stop(ActorSystem system)
    {
        var persistence = Persistence.Instance.Apply(system);
        IActorRef[] plugins = [persistence.JournalFor(JournalId), persistence.SnapshotStoreFor(SnapshotId)];
        foreach (var plugin in plugins)
        {
            plugin.Tell(PoisonPill.Instance);
        }

        return plugins;
    }

    /// <summary>Closes the pooled connections, so that the file can be moved or deleted and the server sees nobody.</summary>
    public void Release()
    {
        if (_database.IsSqlite)
        {
            using var connection = new SqliteConnection(_database.ConnectionString);
            SqliteConnection.ClearPool(connection);
        }
        else if (_database.IsPostgres)
        {
            using var connection = new NpgsqlConnection(_database.ConnectionString);
            NpgsqlConnection.ClearPool(connection);
        }
    }

    // What the plugins' own defaults say is not repeated here. The serializer is bound by configuration,
    // because a system that loads another extension makes its serializers anew from it, and forgets those added by code.
    private Config Config() => ConfigurationFactory.ParseString($$"""
        akka.actor {
          serializers.meshara-peer-store = "{{NameOf(typeof(PeerStoreSerializer))}}"
          serialization-bindings {
            "{{NameOf(typeof(IStoreEvent))}}" = meshara-peer-store
            "{{NameOf(typeof(StoredPeers))}}" = meshara-peer-store
          }
        }
        {{JournalId}} {
          class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
          plugin-id = {{Quoted(JournalId)}}
          plugin-dispatcher = "akka.persistence.dispatchers.default-plugin-dispatcher"
          connection-string = {{Quoted(_database.ConnectionString)}}
          provider-name = {{Quoted(_database.Provider)}}
          # One actor writes, one transaction at a time; tags are not used.
          parallelism = 1
          tag-write-mode = Csv
          # As long as the store's own longest wait: a database that is back is not kept waiting for longer.
          circuit-breaker.reset-timeout = 10s
        }
        {{SnapshotId}} {
          class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
          plugin-id = {{Quoted(SnapshotId)}}
          plugin-dispatcher = "akka.persistence.dispatchers.default-plugin-dispatcher"
          connection-string = {{Quoted(_database.ConnectionString)}}
          provider-name = {{Quoted(_database.Provider)}}
          circuit-breaker.reset-timeout = 10s
        }
        """);

    /// <summary>JSON's strings are strings of HOCON. Escaped without the serializer, which takes longer to be loaded than a store to be opened.</summary>
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
