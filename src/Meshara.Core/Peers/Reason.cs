namespace Meshara.Core.Peers;

/// <summary>
/// Why a peer is not, or no longer, connected: one closed vocabulary for the API, the wire, the logs, the metrics and the
/// command line. <see cref="Reasons"/> gives each its kebab-case name and its sentence. The numbers travel in
/// <c>Goodbye</c>: none is ever reused.
/// </summary>
public enum Reason
{
    /// <summary>A reason of a later version of the protocol.</summary>
    ClosedByPeer = 0,

    /// <summary>The peer's key is not the expected one: possibly a man in the middle.</summary>
    KeyMismatch = 1,

    /// <summary>No certificate, or one without a valid proof of identity.</summary>
    BadCertificate = 2,

    /// <summary>The other side does not speak this protocol.</summary>
    AlpnMismatch = 3,

    /// <summary>The other side belongs to another network.</summary>
    WrongNetwork = 4,

    /// <summary>The address leads to this node itself.</summary>
    SelfConnection = 5,

    /// <summary>There is another connection to the same peer.</summary>
    Duplicate = 6,

    /// <summary>The peer is banned.</summary>
    Banned = 7,

    /// <summary>The peer's reputation is too low.</summary>
    LowReputation = 8,

    /// <summary>All places for peers are taken.</summary>
    NoSlot = 9,

    /// <summary>Too many peers of one network range.</summary>
    RangeLimit = 10,

    /// <summary>Too many tries in too short a time.</summary>
    RateLimited = 11,

    /// <summary>The handshake was not finished in time.</summary>
    HandshakeTimeout = 12,

    /// <summary>The peer did not answer a ping in time.</summary>
    HeartbeatTimeout = 13,

    /// <summary>The peer sent what the protocol does not allow.</summary>
    ProtocolError = 14,

    /// <summary>The peer announced a frame over the limit.</summary>
    FrameTooLarge = 15,

    /// <summary>A signature did not verify.</summary>
    BadSignature = 16,

    /// <summary>No way to the address.</summary>
    Unreachable = 17,

    /// <summary>Nobody listens at the address.</summary>
    Refused = 18,

    /// <summary>The place went to a better peer.</summary>
    Evicted = 19,

    /// <summary>A person removed the peer.</summary>
    RemovedByOperator = 20,

    /// <summary>The node is stopping.</summary>
    ShuttingDown = 21,

    /// <summary>This machine has no network.</summary>
    NetworkDown = 22,

    /// <summary>The connection broke without a goodbye.</summary>
    ConnectionLost = 23,

    /// <summary>The other side speaks another version of the protocol.</summary>
    VersionMismatch = 24,

    /// <summary>The host name could not be looked up.</summary>
    NameNotFound = 25,

    /// <summary>The other side closed during the handshake without saying why.</summary>
    HandshakeRejected = 26,

    /// <summary>No such peer is known here.</summary>
    UnknownPeer = 27,

    /// <summary>The peer is known but not connected.</summary>
    NotConnected = 28,

    /// <summary>What waits to be sent to the peer has reached its bound.</summary>
    QueueFull = 29,

    /// <summary>The message is over the limit.</summary>
    MessageTooLarge = 30,

    /// <summary>The store cannot keep what was asked of it.</summary>
    StoreUnavailable = 31,

    /// <summary>As many address ranges are banned as may be.</summary>
    TooManyBans = 40,
}
