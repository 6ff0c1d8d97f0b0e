using Akka.Actor;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Persistence.Sql;
using Meshara.Actors.Configuration;

namespace Meshara.Actors.Store;

/// <summary>
/// The journal and the snapshot store of one node: plugins of its own, added to the host's actor system beneath its configuration,
/// so that what the host itself persists is not touched.
/// </summary>
internal sealed record StorePlugin(string JournalId, string SnapshotId)
{
    /// <param name="name">The name of the node; two nodes of one system have two.</param>
    public static StorePlugin AddTo(ActorSystem system, string name, string provider, string connectionString)
    {
        var plugin = new StorePlugin($"akka.persistence.journal.{name}", $"akka.persistence.snapshot-store.{name}");
        var own = ConfigurationFactory.ParseString($$"""
            connection-string = {{MesharaConfiguration.Quote(connectionString)}}
            provider-name = {{MesharaConfiguration.Quote(provider)}}
            auto-initialize = true
            """);
        var journal = ConfigurationFactory.ParseString($"plugin-id = {MesharaConfiguration.Quote(plugin.JournalId)}\ntag-write-mode = Csv\nparallelism = 1")
            .WithFallback(own).WithFallback(SqlPersistence.DefaultJournalConfiguration);
        var snapshots = ConfigurationFactory.ParseString($"plugin-id = {MesharaConfiguration.Quote(plugin.SnapshotId)}")
            .WithFallback(own).WithFallback(SqlPersistence.DefaultSnapshotConfiguration);
        system.Settings.InjectTopLevelFallback(At(plugin.JournalId, journal).WithFallback(At(plugin.SnapshotId, snapshots)));
        PeerStoreSerializer.AddTo(system);
        return plugin;
    }

    /// <summary>The block at a path. Written out and parsed again, a null of the plugin's defaults would become an empty text.</summary>
    private static Config At(string path, Config block)
    {
        var element = block.Root.GetObject();
        foreach (var key in path.Split('.').Reverse())
        {
            var parent = new HoconObject();
            parent.GetOrCreateKey(key).AppendValue(element);
            element = parent;
        }

        var root = new HoconValue();
        root.AppendValue(element);
        return new Config(new HoconRoot(root));
    }
}
