using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Event;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Dialling;
using Meshara.Actors.Store;
using Meshara.Actors.Telemetry;
using Meshara.Benchmarks.Tables;
using Meshara.Core.Identity;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// What a node holds in memory of each peer that it knows after a start: what the store holds, and what the supervisor makes of it. Only
/// what lives after a full collection is counted.
/// </summary>
internal sealed class MemoryPerPeer : IBenchmark
{
    private const double AimInBytes = 600;

    public string Name => "memory";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await Task.Yield();
        using var system = ActorSystem.Create("bench", RunningStore.Quiet);
        foreach (var peers in new[] { 10_000, 100_000 })
        {
            foreach (var records in new[] { true, false })
            {
                var (store, book, addresses) = Measure(system, peers, records);
                yield return new Figure($"memory per known peer, {peers:N0} known, {(records ? "a signed record of each" : "no records")}",
                    store + book + addresses, "B", Aim: Aim.AtMost(AimInBytes))
                {
                    Note = $"store {Table.Number(store)}, supervisor's book {Table.Number(book)}, its address book {Table.Number(addresses)}",
                };
            }
        }
    }

    /// <returns>Bytes of a peer.</returns>
    public static (double Store, double Book, double Addresses) Measure(ActorSystem system, int peers, bool records)
    {
        var serializer = new PeerStoreSerializer((ExtendedActorSystem)system);
        var state = NewState(system);
        Read(serializer, 10, records);
        var before = Samples.LiveBytes();
        var known = Read(serializer, peers, records);
        GC.KeepAlive(known.Index);
        var stored = Samples.LiveBytes();

        // The book alone, then all that the supervisor makes of it.
        var book = new PeerBook(ActorRefs.Nobody, new NodeFigures());
        book.Fill(known.Peers);
        var filled = Samples.LiveBytes();
        GC.KeepAlive(book);
        book = null;
        var rest = Samples.LiveBytes();
        state.Recover(known.Peers);
        var all = Samples.LiveBytes();
        GC.KeepAlive(known);
        GC.KeepAlive(state);
        var (ofBook, ofState) = (filled - stored, all - rest);
        return ((double)(stored - before) / peers, (double)ofBook / peers, (double)(ofState - ofBook) / peers);
    }

    /// <summary>As a recovery reads it: from the bytes, which are gone afterwards.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static StoredPeers Read(PeerStoreSerializer serializer, int peers, bool records)
    {
        var (bytes, manifest) = Write(serializer, peers, records);
        return (StoredPeers)serializer.FromBinary(bytes, manifest);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (byte[] Bytes, string Manifest) Write(PeerStoreSerializer serializer, int peers, bool records)
    {
        var book = StoredPeers.Of(Population.Of(peers, records));
        return (serializer.ToBinary(book), serializer.Manifest(book));
    }

    private static NodeState NewState(ActorSystem system)
    {
        var identity = NodeIdentity.Create();
        var clock = NodeClock.Of(system.Scheduler);
        var settings = new MesharaSettings();
        var node = new NodeContext(
            new NodeDescription(identity.Id, identity.PublicKey, [], "", settings.Network),
            identity,
            settings,
            new Meshara.Actors.Transport.TlsTransport(identity, clock),
            clock,
            OwnRecord.Make(identity, settings.Network, [], clock.Now),
            Seed: 1);
        return new NodeState(
            node,
            new PeerBook(ActorRefs.Nobody, new NodeFigures()),
            new Neighbours(ActorRefs.Nobody),
            new WayIn(ActorRefs.Nobody),
            new Announcer(ActorRefs.Nobody, clock, NoLogger.Instance, new NodeFigures()),
            () => true);
    }
}
