using Akka.Actor;
using Akka.Persistence;
using Akka.Serialization;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

/// <summary>The store is a guest in the host's actor system.</summary>
public sealed class StoreGuestSpec() : StoreSpec("""
    akka.actor {
      serializers.of-the-host = "Meshara.Actors.Tests.Store.StoreGuestSpec+HostSerializer, Meshara.Actors.Tests"
      serialization-bindings { "Meshara.Actors.Tests.Store.StoreGuestSpec+HostEvent, Meshara.Actors.Tests" = of-the-host }
    }
    """)
{
    [Fact]
    public async Task The_hosts_own_journal_and_serializers_stay_as_they_are()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1);

        Sys.Settings.Config.GetString("akka.persistence.journal.plugin").ShouldBe("akka.persistence.journal.inmem");
        Sys.Serialization.FindSerializerForType(typeof(object)).ShouldBeOfType<NewtonSoftJsonSerializer>();
        Sys.Serialization.FindSerializerForType(typeof(HostEvent)).ShouldBeOfType<HostSerializer>();
        Sys.Serialization.FindSerializerForType(typeof(PeerStoreEvents.Banned)).ShouldBeOfType<PeerStoreSerializer>();

        var host = Sys.ActorOf(Props.Create(() => new HostActor()));
        host.Tell("persist", TestActor);
        await ExpectMsgAsync("persisted");
        Journal().ShouldHaveSingleItem("the host's event went to the host's journal");
        Persistence.Instance.Apply(Sys).JournalFor("").Path.Name.ShouldBe("akka.persistence.journal.inmem");
    }

    [Fact]
    public async Task Two_nodes_in_one_system_keep_to_their_own_folders()
    {
        using var other = new TempFolder();
        using (var otherFolder = DataFolder.Open(other.Path))
        {
            var owner = CreateTestProbe();
            var settings = new StoreSettings();
            var (first, _) = await StartAsync();
            var plugin = StorePlugin.Register(Sys, "other", StoreDatabase.Prepare(otherFolder, settings));
            var second = Sys.ActorOf(PeerStoreSupervisor.Props(owner, Node, plugin, settings, Policy, "akka.actor.default-dispatcher"));
            (await owner.ExpectMsgAsync<Recovered>()).Peers.ShouldBeEmpty();

            await LearnAsync(first, 1);
            await LearnAsync(second, 2);

            (await Owner.ExpectMsgAsync<Changed>()).Peer.Id.ShouldBe(IdOf(1));
            (await owner.ExpectMsgAsync<Changed>()).Peer.Id.ShouldBe(IdOf(2));
            Journal().ShouldHaveSingleItem();

            // One goes, the other does not notice.
            await StopAsync(second);
            await LearnAsync(first, 3);
        }
    }

    [Fact]
    public async Task A_node_that_is_started_again_with_another_folder_does_not_meet_the_first_ones_database()
    {
        var (first, _) = await StartAsync();
        await LearnAsync(first, 1);
        await Owner.ExpectMsgAsync<Changed>();
        await StopAsync(first);

        Settings = new StoreSettings { ConnectionString = $"Data Source={Path.Combine(Folder, "another.db")}" };
        (await StartAsync()).Known.Peers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stop_stops_the_plugins_too()
    {
        using var folder = DataFolder.Open(Path.Combine(Folder, "a \"quoted\" folder; with = signs"));
        var plugin = StorePlugin.Register(Sys, "meshara", StoreDatabase.Prepare(folder, new StoreSettings()));
        var store = Sys.ActorOf(PeerStoreSupervisor.Props(Owner, Node, plugin, new StoreSettings(), Policy, "akka.actor.default-dispatcher"));
        await Owner.ExpectMsgAsync<Recovered>();
        var journal = Persistence.Instance.Apply(Sys).JournalFor(plugin.JournalId);
        var snapshots = Persistence.Instance.Apply(Sys).SnapshotStoreFor(plugin.SnapshotId);
        journal.Path.Name.ShouldBe("meshara-store-journal");
        Watch(journal);
        Watch(snapshots);

        store.Tell(new Stop());

        (await ExpectMsgAsync<Terminated>()).ActorRef.ShouldBeOneOf(journal, snapshots);
        (await ExpectMsgAsync<Terminated>()).ActorRef.ShouldBeOneOf(journal, snapshots);
    }

    internal sealed record HostEvent(string Text);

    internal sealed class HostSerializer(ExtendedActorSystem system) : Serializer(system)
    {
        public override int Identifier => 4711;

        public override bool IncludeManifest => false;

        public override byte[] ToBinary(object obj) => System.Text.Encoding.UTF8.GetBytes(((HostEvent)obj).Text);

        public override object FromBinary(byte[] bytes, Type type) => new HostEvent(System.Text.Encoding.UTF8.GetString(bytes));
    }

    private sealed class HostActor : ReceivePersistentActor
    {
        public HostActor()
        {
            Command<string>(text =>
            {
                var sender = Sender;
                Persist(new HostEvent(text), _ => sender.Tell("persisted"));
            });
            Recover<HostEvent>(_ => { });
        }

        public override string PersistenceId => "of-the-host";
    }
}
