using System.Collections.Immutable;
using System.Net;
using Akka.Event;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers.Connection;

/// <summary>Where a connection comes from.</summary>
internal abstract record ConnectionOrigin
{
    private ConnectionOrigin()
    {
    }

    /// <summary>This node dials.</summary>
    public sealed record Dial(PeerAddress Address, NodeId? Expected) : ConnectionOrigin
    {
        /// <summary>Of the addresses that a name has, these are not dialled.</summary>
        public Predicate<IPAddress> IsBanned { get; init; } = _ => false;
    }

    /// <summary>Somebody dialled this node.</summary>
    public sealed record Accept(IInboundSocket Socket) : ConnectionOrigin;

    public Direction Direction => this is Dial ? Direction.Outbound : Direction.Inbound;
}

/// <summary>What a connection is told, and what it tells its supervisor.</summary>
internal static class PeerConnectionProtocol
{
    /// <summary>To the supervisor: the far end has proven its key. Answered with <see cref="Admit"/> or <see cref="Refuse"/>.</summary>
    public sealed record AskAdmission(long Connection, PublicKey Key, PeerAddress Remote)
    {
        /// <summary>Where the messages for the peer go; null in a simulation, which has none.</summary>
        public Outbox? Outbox { get; init; }
    }

    public sealed record Admit
    {
        public static readonly Admit Instance = new();
    }

    public sealed record Refuse(Reason Reason);

    /// <summary>To the supervisor: both sides have said hello.</summary>
    public sealed record Opened(long Connection, Introduction Introduction);

    /// <summary>To the supervisor: the connection is no more, and the actor will stop by itself.</summary>
    /// <param name="ByPeer">The peer said so in a goodbye.</param>
    /// <param name="Detail">What exactly happened, for the log; never a peer's own text.</param>
    public sealed record Ended(long Connection, Reason Reason, bool ByPeer, string? Detail = null)
        : IDeadLetterSuppression
    {
        /// <summary>The key that the far end had proven; null if it did not come to that.</summary>
        public PublicKey? Proven { get; init; }
    }

    /// <summary>To the supervisor, at most once a second: what has moved since the last report.</summary>
    public sealed record Activity(
        long Connection, long Sent, long Received, int Delivered, DateTimeOffset? LastSeen, TimeSpan? RoundTripTime)
        : IDeadLetterSuppression
    {
        /// <summary>Messages of the application that were handed to the network.</summary>
        public int SentMessages { get; init; }
    }

    /// <summary>Say goodbye with this reason, and end.</summary>
    public sealed record Close(Reason Reason) : IDeadLetterSuppression;

    /// <summary>What a connection is told while both sides know each other.</summary>
    public interface IToConversation;

    /// <summary>Ask the peer whom it knows.</summary>
    public sealed record AskForPeers : IToConversation, IDeadLetterSuppression
    {
        public static readonly AskForPeers Instance = new();
    }

    /// <summary>Tell the peer of others, or of this node's own new record.</summary>
    public sealed record TellOfPeers(ImmutableArray<ReadOnlyMemory<byte>> Records) : IToConversation, IDeadLetterSuppression;

    /// <summary>To the supervisor: the peer asks for as many records. Answered with <see cref="TellOfPeers"/>.</summary>
    public sealed record AskedForPeers(long Connection, int Max) : IDeadLetterSuppression;

    /// <summary>To the supervisor: the peer told of these, verified, and of so many that did not verify.</summary>
    public sealed record ToldOfPeers(long Connection, ImmutableArray<SignedRecord> Records, int Forged) : IDeadLetterSuppression;

    /// <summary>Ask the peer to dial this node back at that port; answered with <see cref="ReachAnswer"/>, if the peer answers.</summary>
    public sealed record AskToDialBack(ulong Nonce, int Port) : IToConversation, IDeadLetterSuppression;

    /// <summary>What the peer says that came of it.</summary>
    /// <param name="Failure">Why it could not reach this node; null if it could.</param>
    /// <param name="Dialled">Where it dialled; null if it does not say.</param>
    /// <param name="Age">How long ago it said so.</param>
    public sealed record ReachAnswer(long Connection, Reason? Failure, PeerAddress? Dialled, TimeSpan Age) : IDeadLetterSuppression;

    /// <summary>To the supervisor: the peer wants to be dialled back at that port of its address. Answered with <see cref="TellReach"/>.</summary>
    public sealed record AskedToDialBack(long Connection, ulong Nonce, int Port) : IDeadLetterSuppression;

    /// <summary>Tell the peer what came of dialling it back: null for reached.</summary>
    public sealed record TellReach(ulong Nonce, Reason? Failure, PeerAddress? Dialled) : IToConversation, IDeadLetterSuppression;

    /// <summary>To the supervisor: the peer did what costs it reputation, though not the connection.</summary>
    public sealed record Misbehaved(long Connection, ReputationCause Cause) : IDeadLetterSuppression;

    /// <summary>Ping now; answered with <see cref="RoundTrip"/> or <see cref="MeshProtocol.Failed"/>.</summary>
    public sealed record PingNow : IToConversation
    {
        public static readonly PingNow Instance = new();
    }

    public sealed record RoundTrip(TimeSpan Time);

    /// <summary>Another connection is dead: see at once whether this one is too.</summary>
    public sealed record Probe : IDeadLetterSuppression
    {
        public static readonly Probe Instance = new();
    }

    /// <summary>From now on this is the heartbeat.</summary>
    public sealed record Retune(HeartbeatSettings Heartbeat) : IDeadLetterSuppression;

    /// <summary>Answered with <see cref="Description"/>.</summary>
    public sealed record Describe
    {
        public static readonly Describe Instance = new();
    }

    /// <summary>The figures of a connection that no report has carried yet, and its round-trip time.</summary>
    public sealed record Description(long Connection, long Sent, long Received, DateTimeOffset? LastSeen, TimeSpan? RoundTripTime);

    /// <summary>To itself: the handshake, or the goodbye, has taken too long.</summary>
    public sealed record Deadline
    {
        public static readonly Deadline Instance = new();
    }

    /// <summary>To itself: the heartbeat has something to decide.</summary>
    public sealed record Beat
    {
        public static readonly Beat Instance = new();
    }

    /// <summary>To itself: what has moved is to be reported.</summary>
    public sealed record Report
    {
        public static readonly Report Instance = new();
    }
}
