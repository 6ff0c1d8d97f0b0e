using System.Collections.Frozen;

namespace Meshara.Core.Peers;

/// <summary>The stable names and the sentences of <see cref="Reason"/>.</summary>
public static class Reasons
{
    private static readonly FrozenDictionary<Reason, (string Name, string Sentence)> Texts =
        new Dictionary<Reason, (string, string)>
        {
            [Reason.ClosedByPeer] = ("closed-by-peer", "The peer closed the connection for a reason that this version does not know; it may be newer than this node."),
            [Reason.KeyMismatch] = ("key-mismatch", "The key that answered is not the expected one: possibly a man in the middle. If the peer really has a new key, remove it and add it again."),
            [Reason.BadCertificate] = ("bad-certificate", "The other side showed no certificate that proves a node's identity; it is no Meshara node, or something between the two rewrites TLS."),
            [Reason.AlpnMismatch] = ("alpn-mismatch", "The other side does not speak meshara/1; check that the port is that of a Meshara node."),
            [Reason.WrongNetwork] = ("wrong-network", "The other side belongs to another network; start both nodes with the same network name."),
            [Reason.SelfConnection] = ("self-connection", "The address leads to this node itself; give the address of another one."),
            [Reason.Duplicate] = ("duplicate", "There is another connection to the same peer, and it is kept; nothing needs to be done."),
            [Reason.Banned] = ("banned", "The peer is banned; wait until the ban ends, or lift it."),
            [Reason.LowReputation] = ("low-reputation", "The peer's reputation is too low to be connected; it recovers with time."),
            [Reason.NoSlot] = ("no-slot", "All places for peers are taken; raise max-peers, or wait until a place is free."),
            [Reason.RangeLimit] = ("range-limit", "Too many peers of the same network range are connected; peers of other ranges are preferred."),
            [Reason.RateLimited] = ("rate-limited", "Too many tries in too short a time; try again in a minute."),
            [Reason.HandshakeTimeout] = ("handshake-timeout", "The other side did not finish the handshake in time; it may be overloaded, or no Meshara node."),
            [Reason.HeartbeatTimeout] = ("heartbeat-timeout", "The peer did not answer a ping in time; its process or the network between is gone."),
            [Reason.ProtocolError] = ("protocol-error", "The other side sent what the protocol does not allow; it may run a broken version."),
            [Reason.FrameTooLarge] = ("frame-too-large", "The other side announced a message over the size limit; raise max-frame-size on both sides if it is meant."),
            [Reason.BadSignature] = ("bad-signature", "A signature of the other side did not verify; what it signed was dropped."),
            [Reason.Unreachable] = ("unreachable", "There is no way to the address; check the address, the route and the firewall."),
            [Reason.Refused] = ("refused", "Nobody listens at the address; check the port, and that the node runs."),
            [Reason.Evicted] = ("evicted", "The place was needed for a better peer; it may be connected again later."),
            [Reason.RemovedByOperator] = ("removed-by-operator", "A person removed the peer; it stays out until it is added again or its time has passed."),
            [Reason.ShuttingDown] = ("shutting-down", "The node is stopping; it is dialled again when it is back."),
            [Reason.NetworkDown] = ("network-down", "This machine has no network; peers are dialled again as soon as it is back."),
            [Reason.ConnectionLost] = ("connection-lost", "The connection broke without a goodbye; the peer's process or the network between may be gone."),
            [Reason.VersionMismatch] = ("version-mismatch", "The other side speaks another version of the protocol; bring both nodes to the same release."),
            [Reason.NameNotFound] = ("name-not-found", "The host name could not be looked up; check the name and the DNS server."),
            [Reason.HandshakeRejected] = ("handshake-rejected", "The other side closed the connection during the handshake without saying why; it may be no Meshara node, or may not accept this one."),
            [Reason.UnknownPeer] = ("unknown-peer", "No such peer is known here; list the peers to see which are."),
            [Reason.NotConnected] = ("not-connected", "The peer is known but not connected now; it takes messages again when it is."),
            [Reason.QueueFull] = ("queue-full", "What waits to be sent to the peer has reached its bound; send again when it has drained."),
            [Reason.MessageTooLarge] = ("message-too-large", "The message is over max-frame-size; send it in parts."),
            [Reason.StoreUnavailable] = ("store-unavailable", "The peer store cannot keep this now, so nothing was changed; see the node's health for the cause."),
            [Reason.TooManyBans] = ("too-many-bans", "As many address ranges are banned as may be; lift some, ban a wider one, or use a firewall."),
        }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Reason> ByName =
        Texts.ToFrozenDictionary(t => t.Value.Name, t => t.Key);

    /// <summary>The stable kebab-case name, such as <c>key-mismatch</c>.</summary>
    public static string Name(this Reason reason) => Texts[reason].Name;

    /// <summary>One sentence that says what happened and what to do.</summary>
    public static string Sentence(this Reason reason) => Texts[reason].Sentence;

    /// <summary>Finds a reason by its stable name.</summary>
    public static bool TryParse(string name, out Reason reason) => ByName.TryGetValue(name, out reason);

    /// <summary>Reads the number that came in a <c>Goodbye</c>; an unknown one is <see cref="Reason.ClosedByPeer"/>.</summary>
    internal static Reason FromWire(uint number) =>
        number <= int.MaxValue && Texts.ContainsKey((Reason)number) ? (Reason)number : Reason.ClosedByPeer;
}
