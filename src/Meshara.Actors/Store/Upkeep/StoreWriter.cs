using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store.Upkeep;

/// <summary>What came of an import.</summary>
/// <param name="LeftOut">Peers and ranges for which there was no room.</param>
internal sealed record ImportTotals(int Added, int Changed, int LeftOut);

/// <summary>
/// Writes what is imported, through the very store that a node runs, so that all its rules hold. In portions, one transaction each: one
/// that fails leaves those before it, and to import the same again does no harm.
/// </summary>
internal sealed class StoreWriter : ReceiveActor
{
    private const int Portion = 500;

    private readonly Queue<Import> _portions = [];
    private readonly TaskCompletionSource<ImportTotals> _done;
    private IActorRef _store = ActorRefs.Nobody;
    private ImportTotals _totals = new(0, 0, 0);

    public StoreWriter(
        Func<IActorRef, Props> store, ImmutableArray<KnownPeer> peers, ImmutableArray<RangeBan> ranges, TaskCompletionSource<ImportTotals> done)
    {
        _done = done;
        _portions.Enqueue(new Import(0, [], ranges));
        foreach (var portion in peers.Chunk(Portion))
        {
            _portions.Enqueue(new Import(_portions.Count, [.. portion], []));
        }

        Receive<Recovered>(_ => Next());
        Receive<Imported>(came =>
        {
            _totals = new ImportTotals(_totals.Added + came.Added, _totals.Changed + came.Changed, _totals.LeftOut + came.LeftOut);
            Next();
        });
        Receive<Unavailable>(down => _done.TrySetException(new MesharaStartException($"The peer store {down.Cause}.")));
        Receive<NotKept>(_ => { });
        Receive<Changed>(_ => { });
        Receive<Forgotten>(_ => { });
        Receive<Flushed>(_ => _done.TrySetResult(_totals));
        _store = Context.ActorOf(store(Self), "store");
    }

    private void Next() => _store.Tell(_portions.TryDequeue(out var portion) ? portion : new Stop());
}

/// <summary>Runs a <see cref="StoreWriter"/> in an actor system of its own.</summary>
internal static class StoreWriting
{
    /// <summary>Starts a store on the database, writes all to it and stops it.</summary>
    /// <exception cref="MesharaStartException">The store cannot be read or written.</exception>
    public static async Task<ImportTotals> RunAsync(
        StoreDatabase database, NodeId node, MesharaSettings settings, ImmutableArray<KnownPeer> peers, ImmutableArray<RangeBan> ranges)
    {
        var system = ActorSystem.Create("meshara-store", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }"));
        var plugin = StorePlugin.Register(system, "meshara", database);
        try
        {
            var done = new TaskCompletionSource<ImportTotals>(TaskCreationOptions.RunContinuationsAsynchronously);
            Func<IActorRef, Props> store = owner =>
                PeerStoreSupervisor.Props(owner, node, plugin, settings.Store, settings.Reputation, "akka.actor.default-dispatcher");
            system.ActorOf(Props.Create(() => new StoreWriter(store, peers, ranges, done)), "writer");
            return await done.Task.ConfigureAwait(false);
        }
        finally
        {
            await system.Terminate().ConfigureAwait(false);
            plugin.Release();
        }
    }
}
