using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Store;

/// <summary>A fact about a peer, with the time at which it became one.</summary>
internal interface IPeerStoreEvent
{
    NodeId Peer { get; }

    DateTimeOffset At { get; }
}

/// <summary>A peer has proven its key, and is remembered.</summary>
internal sealed record PeerLearned(PublicKey Key, PeerSource Source, DateTimeOffset At) : IPeerStoreEvent
{
    public NodeId Peer { get; } = NodeId.Of(Key);
}

/// <summary>A person asked for the peer: it is manual, and no longer kept out as a removed one.</summary>
internal sealed record PeerWanted(NodeId Peer, DateTimeOffset At) : IPeerStoreEvent;

/// <summary>The peer's key answered at the address: no other key may, from now on.</summary>
internal sealed record KeyPinned(NodeId Peer, PeerAddress Address, DateTimeOffset At) : IPeerStoreEvent;

/// <summary>The peer is said to be at the address; nobody has tried.</summary>
internal sealed record AddressHeard(NodeId Peer, PeerAddress Address, DateTimeOffset At) : IPeerStoreEvent;

/// <summary>The address was dialled; a null failure is a success.</summary>
internal sealed record AddressTried(NodeId Peer, PeerAddress Address, Reason? Failure, DateTimeOffset At) : IPeerStoreEvent;

/// <summary>The score moved: by how much, why, and what it came to.</summary>
internal sealed record ReputationChanged(
    NodeId Peer, ReputationCause Cause, double Delta, Reputation Result, DateTimeOffset At) : IPeerStoreEvent;

internal sealed record PeerBanned(NodeId Peer, ReputationCause Cause, DateTimeOffset Until, int Count, DateTimeOffset At) : IPeerStoreEvent;

internal sealed record PeerUnbanned(NodeId Peer, DateTimeOffset At) : IPeerStoreEvent;

/// <summary>A person removed the peer: it is kept out, and its addresses are forgotten.</summary>
internal sealed record PeerRemoved(NodeId Peer, DateTimeOffset Until, DateTimeOffset At) : IPeerStoreEvent;

/// <summary>The peer had to make room for others.</summary>
internal sealed record PeerForgotten(NodeId Peer, DateTimeOffset At) : IPeerStoreEvent;

/// <summary>Bytes moved since the last such event.</summary>
internal sealed record TrafficCounted(NodeId Peer, long Sent, long Received, DateTimeOffset? LastSeen, DateTimeOffset At) : IPeerStoreEvent;
