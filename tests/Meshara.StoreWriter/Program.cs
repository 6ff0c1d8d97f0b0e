using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.StoreWriter;

// meshara-store-writer DIR: writes to the peer store in the folder as fast as it acknowledges, for ever, so that a test can kill it.
// What was acknowledged stands in the file "acknowledged" there, a byte each; it goes on from it, and so repeats what it does not know of.
if (args is not [var path])
{
    Console.Error.WriteLine("Usage: meshara-store-writer DIR");
    return 2;
}

using var folder = DataFolder.Open(path);
using var acknowledged = new FileStream(Path.Combine(path, "acknowledged"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
var settings = new StoreSettings { SnapshotEvery = 25 };
var system = ActorSystem.Create("writer", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }"));
var plugin = StorePlugin.Register(system, "meshara", StoreDatabase.Prepare(folder, settings));
var stopped = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
Func<IActorRef, Props> store = owner =>
    PeerStoreSupervisor.Props(owner, Course.Node, plugin, settings, new Meshara.Core.Peers.ReputationPolicy(), "akka.actor.default-dispatcher");
system.ActorOf(Props.Create(() => new Writer(store, acknowledged, stopped)));
Console.Error.WriteLine(await stopped.Task);
return 1;
