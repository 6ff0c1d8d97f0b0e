using System.Collections.Immutable;
using System.Net;
using Akka.Actor;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;

namespace Meshara.Actors.Peers.Reachability;

/// <summary>What a <see cref="Netcheck"/> is to try.</summary>
/// <param name="Known">What needs no trying.</param>
/// <param name="Listen">Where the node dials itself.</param>
/// <param name="Ask">Who is asked to dial back.</param>
/// <param name="Bootstrap">The bootstrap nodes, and which are connected.</param>
/// <param name="IsBanned">Where nobody is dialled.</param>
/// <param name="Interfaces">Looks at the interfaces of the machine.</param>
internal sealed record NetcheckPlan(
    NetcheckFacts Known,
    ImmutableArray<PeerAddress> Listen,
    ImmutableArray<AskedPeer> Ask,
    ImmutableArray<(PeerTarget Node, bool Connected)> Bootstrap,
    Predicate<IPAddress> IsBanned,
    Func<ImmutableArray<InterfaceCheck>> Interfaces)
{
    /// <summary>More addresses, and more bootstrap nodes, are not dialled in one go.</summary>
    public const int MaxDials = 16;
}

/// <summary>A connected peer that is to dial back.</summary>
/// <param name="Nonce">By which its answer is known.</param>
/// <param name="IsAble">Whether it knows how; else it is not asked.</param>
internal sealed record AskedPeer(long Connection, IActorRef Actor, NodeId Peer, PeerAddress Remote, ulong Nonce, bool IsAble);
