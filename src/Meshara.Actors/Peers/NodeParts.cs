using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;

namespace Meshara.Actors.Peers;

/// <summary>The parts that a node is made of beside its connections. They are handed in, so that a test can hand in probes.</summary>
/// <param name="StartStore">Starts the peer store as a child of the supervisor, which it then tells what is known.</param>
/// <param name="StartListener">Starts the listener as a child of the supervisor.</param>
/// <param name="StartDiscovery">Starts what looks for nodes on the local network as a child of the supervisor; null if nothing does.</param>
/// <param name="StartBootstrap">Starts what looks for a way into the network as a child of the supervisor; null if nothing does.</param>
/// <param name="Addresses">Where the node listens now; the interfaces of a host come and go.</param>
/// <param name="HasNetwork">Whether an interface is up over which peers can be reached.</param>
/// <param name="Release">Called when the supervisor has stopped, however that came about.</param>
internal sealed record NodeParts(
    Func<IActorRefFactory, IActorRef, IActorRef> StartStore,
    Func<IActorRefFactory, IActorRef> StartListener,
    Func<IActorRefFactory, IActorRef>? StartDiscovery,
    Func<IActorRefFactory, IActorRef>? StartBootstrap,
    Func<ImmutableArray<PeerAddress>> Addresses,
    Func<bool> HasNetwork,
    Action Release)
{
    /// <summary>Why the local network cannot be searched now, though it is to be; null when it can.</summary>
    public Func<string?> DiscoveryProblem { get; init; } = () => null;

    /// <summary>The interfaces of this machine that are up, and what went over them.</summary>
    public Func<ImmutableArray<InterfaceCheck>> Interfaces { get; init; } = () => [];
}
