using System.Net;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers.Reachability;

/// <summary>
/// Whose inbound connection may end without a hello for the next moments: that of a peer that this node has asked to dial back, and its own.
/// They are no strangers that were turned away, and not told of. Owned by the supervisor.
/// </summary>
internal sealed class AwaitedKnocks(NodeState state)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(20);

    private readonly Dictionary<(NodeId? Peer, IPAddress Host), TimeSpan> _until = [];

    /// <summary>That peer, at that host, may knock; null: this node itself.</summary>
    public void Await(NodeId? peer, PeerAddress host)
    {
        var now = state.Node.Clock.Elapsed;
        foreach (var over in _until.Where(a => a.Value <= now).Select(a => a.Key).ToList())
        {
            _until.Remove(over);
        }

        if (host is PeerAddress.Ip ip)
        {
            _until[(peer, ip.EndPoint.Address)] = now + Moment;
        }
    }

    /// <summary>Whether an inbound connection that has ended was nothing but such a knock.</summary>
    public bool Explain(LiveConnection connection, Ended ended)
    {
        if (_until.Count == 0 || connection.Direction != Direction.Inbound || connection.IsOpen || connection.Introduction is not null
            || ended.Reason is not (Reason.HandshakeRejected or Reason.SelfConnection or Reason.BadCertificate))
        {
            return false;
        }

        var now = state.Node.Clock.Elapsed;
        NodeId? proven = ended.Proven is { } key ? NodeId.Of(key) : null;
        var host = (connection.FarEnd as PeerAddress.Ip)?.EndPoint.Address;

        // Who had no time to prove its key is known by its address alone.
        return _until.Any(a => a.Value > now && (proven is null ? a.Key.Host.Equals(host) : a.Key.Peer == proven));
    }
}
