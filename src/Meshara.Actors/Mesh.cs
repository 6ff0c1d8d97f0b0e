using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors;

/// <summary>
/// The door to a node: add, remove and list peers, send and receive, subscribe. Safe to use from any thread. It can be held
/// before the node has started; a call then waits for the start (or fails with what the start failed with).
/// </summary>
public sealed class Mesh
{
    /// <summary>The name of a node, of its actor and of its block of HOCON, when nobody says otherwise.</summary>
    public const string DefaultName = "meshara";

    /// <summary>The longest name of a channel, in bytes of UTF-8.</summary>
    public const int MaxChannelLength = 64;

    /// <summary>Starts a node in <paramref name="system"/>, as the actor <c>/user/NAME</c>, configured by the HOCON block NAME.</summary>
    /// <param name="system">The host's actor system; nothing of its own set-up is changed.</param>
    /// <param name="name">The name; two nodes in one system need two names and two data folders.</param>
    /// <param name="overrides">HOCON that goes before that of the system; its top key is <paramref name="name"/> too.</param>
    /// <exception cref="MesharaStartException">A setting is invalid, the data folder is in use or damaged, the port is taken, ...</exception>
    public static Task<Mesh> StartAsync(ActorSystem system, string name = DefaultName, Config? overrides = null) => throw null!;

    /// <summary>The node of that name in <paramref name="system"/>, started already or about to be.</summary>
    public static Mesh Get(ActorSystem system, string name = DefaultName) => throw null!;

    /// <summary>Completes when the node listens.</summary>
    public Task<NodeDescription> ReadyAsync(CancellationToken cancellation = default) => throw null!;

    /// <summary>Dials a peer, proves it, and keeps it connected for ever. Completes when it is connected and that is durable.</summary>
    /// <param name="address">Where.</param>
    /// <param name="expectedKey">Who must be there; another one is refused. Null: whoever answers the first time is pinned.</param>
    /// <exception cref="MeshException">unreachable, refused, key-mismatch, wrong-network, self-connection, handshake-timeout, ...</exception>
    public Task<AddedPeer> AddPeerAsync(PeerAddress address, PublicKey? expectedKey = null, CancellationToken cancellation = default) => throw null!;

    /// <summary>The same with the expected peer's id.</summary>
    /// <exception cref="MeshException">As above.</exception>
    public Task<AddedPeer> AddPeerAsync(PeerTarget target, CancellationToken cancellation = default) => throw null!;

    /// <summary>Says goodbye to a peer, forgets it as a manual one, and keeps it out for <c>removed-for</c>. Durable when it completes.</summary>
    /// <exception cref="MeshException">unknown-peer; store-unavailable.</exception>
    public Task RemovePeerAsync(NodeId peer, CancellationToken cancellation = default) => throw null!;

    /// <summary>The connected peers, ordered by id.</summary>
    public Task<ImmutableArray<PeerInfo>> ListPeersAsync(CancellationToken cancellation = default) => throw null!;

    /// <summary>Every peer that is known, connected or not, ordered by id.</summary>
    public Task<ImmutableArray<PeerInfo>> ListKnownPeersAsync(CancellationToken cancellation = default) => throw null!;

    /// <summary>One known peer, with all its addresses.</summary>
    /// <exception cref="MeshException">unknown-peer.</exception>
    public Task<PeerDetails> GetPeerAsync(NodeId peer, CancellationToken cancellation = default) => throw null!;

    /// <summary>Asks a connected peer for a sign of life now; the answer is the round-trip time.</summary>
    /// <exception cref="MeshException">unknown-peer; not-connected; heartbeat-timeout.</exception>
    public Task<TimeSpan> PingAsync(NodeId peer, CancellationToken cancellation = default) => throw null!;

    /// <summary>Queues a message for a connected peer. Messages of one caller to one peer arrive in order.</summary>
    /// <param name="peer">To whom.</param>
    /// <param name="channel">1 to 64 bytes of UTF-8 that both sides agree on.</param>
    /// <param name="payload">At most <c>max-frame-size</c> less 128 bytes. Not copied: leave it as it is until the call completes.</param>
    /// <param name="cancellation">Gives up waiting, not sending.</param>
    public Task<SendResult> SendAsync(NodeId peer, string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) => throw null!;

    /// <summary>The messages that arrive on <paramref name="channel"/> from now on. A reader that lags slows the senders down.</summary>
    public IAsyncEnumerable<PeerMessage> ReceiveAsync(string channel, CancellationToken cancellation = default) => throw null!;

    /// <summary>What happens from now on; <paramref name="history"/> starts with what is remembered of the past. A reader that lags loses the oldest.</summary>
    public IAsyncEnumerable<MeshEvent> EventsAsync(bool history = false, CancellationToken cancellation = default) => throw null!;

    /// <summary>The events that are remembered, oldest first.</summary>
    public Task<ImmutableArray<MeshEvent>> RecentEventsAsync(CancellationToken cancellation = default) => throw null!;

    /// <summary>How the node is.</summary>
    public Task<MeshStatus> StatusAsync(CancellationToken cancellation = default) => throw null!;

    /// <summary>Stops the node and all that it started: goodbye to peers, the store flushed, the lock released. The host's system goes on.</summary>
    public Task StopAsync() => throw null!;
}
