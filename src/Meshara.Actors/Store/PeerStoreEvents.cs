using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Store;

/// <summary>
/// A fact, as it is stored. It carries its own time and the outcome of every policy that led to it, so that
/// replaying it needs neither a clock nor the settings of that day.
/// </summary>
internal interface IStoreEvent
{
    DateTimeOffset At { get; }

    /// <summary>How many facts it is; one of them may be made of others.</summary>
    int Count => 1;
}

/// <summary>A fact about one peer.</summary>
internal interface IPeerStoreEvent : IStoreEvent
{
    /// <summary>The one peer that it changes.</summary>
    NodeId Peer { get; }
}

internal static class PeerStoreEvents
{
    /// <summary>
    /// A peer came to be known; or (<paramref name="Manual"/>) a person asked for one that was known, which ends a removal.
    /// </summary>
    public sealed record PeerLearned(DateTimeOffset At, PublicKey Key, PeerSource Source, bool Manual) : IPeerStoreEvent
    {
        public NodeId Peer { get; } = NodeId.Of(Key);
    }

    /// <summary>The peer's key answered this node's dial at the address.</summary>
    public sealed record KeyPinned(DateTimeOffset At, NodeId Peer, PeerAddress Address) : IPeerStoreEvent;

    /// <summary>An address was dialled. <paramref name="Failures"/> in a row, this one included.</summary>
    public sealed record DialEnded(DateTimeOffset At, NodeId Peer, PeerAddress Address, Reason? Failure, int Failures) : IPeerStoreEvent;

    /// <summary>The peer says that it has the address.</summary>
    public sealed record AddressHeard(DateTimeOffset At, NodeId Peer, PeerAddress Address) : IPeerStoreEvent;

    /// <summary>A newer record of the peer, who may have come to be known by it, and the addresses that follow from it, unproven.</summary>
    /// <param name="Teller">Who passed it on: another peer, or the peer itself.</param>
    public sealed record RecordLearned(
        DateTimeOffset At, SignedRecord Record, ImmutableArray<PeerAddress> Addresses, NodeId Teller) : IPeerStoreEvent
    {
        public NodeId Peer => Record.Peer;
    }

    /// <summary>A person imported the peer: what was known of it and what was imported, made one, is all that is known from then on.</summary>
    public sealed record PeerImported(DateTimeOffset At, KnownPeer Known) : IPeerStoreEvent
    {
        public NodeId Peer => Known.Id;
    }

    /// <summary>The address made room for a better one, or another peer proved that it is there.</summary>
    public sealed record AddressForgotten(DateTimeOffset At, NodeId Peer, PeerAddress Address) : IPeerStoreEvent;

    /// <summary>
    /// The score moved by <paramref name="Delta"/> to <paramref name="Score"/>; the last two are what the cap on gains counts.
    /// </summary>
    public sealed record ReputationChanged(
        DateTimeOffset At, NodeId Peer, ReputationCause Cause, double Delta, double Score, double Gained, DateTimeOffset MinuteBegan)
        : IPeerStoreEvent;

    /// <summary>Banned; the <paramref name="Score"/> is frozen until the end of the ban.</summary>
    public sealed record Banned(
        DateTimeOffset At, NodeId Peer, DateTimeOffset Until, ReputationCause Cause, int Count, double Score, string? Note = null)
        : IPeerStoreEvent;

    /// <summary>A person lifted the ban: a clean slate, score 0, and a next ban is the first again.</summary>
    public sealed record Unbanned(DateTimeOffset At, NodeId Peer) : IPeerStoreEvent;

    /// <summary>A person removed the peer.</summary>
    public sealed record Removed(DateTimeOffset At, NodeId Peer, DateTimeOffset Until) : IPeerStoreEvent;

    /// <summary>The bound on known peers asked for its place.</summary>
    public sealed record Forgotten(DateTimeOffset At, NodeId Peer) : IPeerStoreEvent;

    /// <summary>Bytes moved since the last such event.</summary>
    public sealed record TrafficCounted(DateTimeOffset At, NodeId Peer, long Sent, long Received, DateTimeOffset? LastSeen) : IPeerStoreEvent;
}
