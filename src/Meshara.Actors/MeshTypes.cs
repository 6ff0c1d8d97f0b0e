using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors;

/// <summary>Who and where a running node is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="PublicKey">Its key.</param>
/// <param name="Listen">Where it can be dialled: the bound endpoint, or for a wildcard each address of this machine, loopback first.</param>
/// <param name="Data">Its data folder, an absolute path.</param>
/// <param name="Network">The network it belongs to.</param>
public sealed record NodeDescription(
    NodeId Id, PublicKey PublicKey, ImmutableArray<PeerAddress> Listen, string Data, string Network);

/// <summary>A peer that was added.</summary>
/// <param name="Peer">The peer, connected.</param>
/// <param name="WasConnected">Whether it was connected before.</param>
public sealed record AddedPeer(PeerInfo Peer, bool WasConnected);

/// <summary>All that is known of one peer.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Addresses">Its addresses, the best first.</param>
/// <param name="FirstSeen">When it came to be known.</param>
/// <param name="BannedUntil">When its ban ends; null if it is not banned.</param>
/// <param name="RemovedUntil">Until when it is kept out because a person removed it; null if it is not.</param>
public sealed record PeerDetails(
    PeerInfo Peer,
    ImmutableArray<PeerAddressState> Addresses,
    DateTimeOffset FirstSeen,
    DateTimeOffset? BannedUntil,
    DateTimeOffset? RemovedUntil)
{
    /// <summary>Its table in the address book: true for *tried* (this node has reached it), false for *new* (heard of), null for neither.</summary>
    public bool? Tried { get; init; }
}

/// <summary>One address of a peer, and what came of trying it.</summary>
/// <param name="Address">Where.</param>
/// <param name="Proven">Whether the peer's key answered a dial there.</param>
/// <param name="LastTry">When it was last dialled.</param>
/// <param name="LastFailure">Why the last dial failed; null if it did not.</param>
public sealed record PeerAddressState(PeerAddress Address, bool Proven, DateTimeOffset? LastTry, Reason? LastFailure)
{
    /// <summary>When it is dialled next; null if that is not planned. In the past: as soon as there is room for it.</summary>
    public DateTimeOffset? NextTry { get; init; }
}

/// <summary>A node that says of itself that it is on the local network. Nothing of that is proven until it is connected.</summary>
/// <param name="PeerId">Who it says it is.</param>
/// <param name="PublicKey">Its key, of which the id is the hash.</param>
/// <param name="Name">Its name in DNS-SD.</param>
/// <param name="Addresses">Where it can be dialled.</param>
/// <param name="FirstSeen">When it was first heard of.</param>
/// <param name="Expires">When it is forgotten, unless it is heard again.</param>
/// <param name="Connected">Whether it is connected with this node now.</param>
public sealed record LanNode(
    NodeId PeerId,
    PublicKey PublicKey,
    string Name,
    ImmutableArray<PeerAddress> Addresses,
    DateTimeOffset FirstSeen,
    DateTimeOffset Expires,
    bool Connected);

/// <summary>What became of a message.</summary>
public enum SendResult
{
    /// <summary>It waits to be sent, in order. It is lost if the connection ends before.</summary>
    Queued,

    /// <summary>The peer is not connected.</summary>
    NotConnected,

    /// <summary>What waits for the peer has reached its bound: send again after <see cref="Mesh.WaitForRoomAsync"/>.</summary>
    QueueFull,

    /// <summary>The message or the name of its channel is over the limit.</summary>
    TooLarge,
}

/// <summary>A message from a peer. A value, not an object: a busy node receives hundreds of thousands a second.</summary>
public readonly record struct PeerMessage
{
    private readonly MessageOrigin? _origin;

    /// <summary>Makes one, for a test perhaps.</summary>
    public PeerMessage(NodeId from, string channel, ReadOnlyMemory<byte> payload)
        : this(new MessageOrigin(from, channel), payload)
    {
    }

    internal PeerMessage(MessageOrigin origin, ReadOnlyMemory<byte> payload) => (_origin, Payload) = (origin, payload);

    /// <summary>Who sent it, proven.</summary>
    public NodeId From => _origin?.Peer ?? default;

    /// <summary>On which channel.</summary>
    public string Channel => _origin?.Channel ?? "";

    /// <summary>The bytes, the receiver's own.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Takes it apart.</summary>
    public void Deconstruct(out NodeId from, out string channel, out ReadOnlyMemory<byte> payload) =>
        (from, channel, payload) = (From, Channel, Payload);
}

/// <summary>What the messages of one peer on one channel have in common. They share it: there may be millions of them.</summary>
internal sealed record MessageOrigin(NodeId Peer, string Channel);

/// <summary>How a node is.</summary>
/// <param name="Node">Who and where it is.</param>
/// <param name="Since">When it was started.</param>
/// <param name="Connected">How many peers are connected.</param>
/// <param name="Known">How many are known.</param>
/// <param name="Dialling">How many dials are under way.</param>
/// <param name="Handshakes">How many inbound handshakes are under way.</param>
/// <param name="Rejections">How many inbound connections were refused or failed their handshake since the start, by reason.</param>
/// <param name="Problems">What is wrong now, one sentence each; empty when the node is healthy.</param>
public sealed record MeshStatus(
    NodeDescription Node,
    DateTimeOffset Since,
    int Connected,
    int Known,
    int Dialling,
    int Handshakes,
    ImmutableSortedDictionary<Reason, long> Rejections,
    ImmutableArray<string> Problems)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool Healthy => Problems.IsEmpty;
}
