using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Discovery;

/// <summary>A node that says of itself that it is on the local network. A hint: nothing is believed before TLS has proven the key.</summary>
/// <param name="Name">What it is called there; known by it to whoever told of it.</param>
/// <param name="Addresses">Where it can be dialled, the best first.</param>
/// <param name="Expires">When it is forgotten, unless it is heard again.</param>
internal sealed record LanPeer(
    NodeId Id, PublicKey Key, string Name, ImmutableArray<PeerAddress> Addresses, DateTimeOffset FirstSeen, DateTimeOffset Expires)
{
    /// <summary>As it is shown to others.</summary>
    public LanNode ToNode(bool isConnected) => new(Id, Key, Name, Addresses, FirstSeen, Expires, isConnected);
}
