using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>A dial that has not come to its end.</summary>
/// <param name="Number">Its own, for as long as the node runs.</param>
/// <param name="Peer">Who is to be found there; null while nobody knows.</param>
/// <param name="Address">Where.</param>
/// <param name="Source">Why the node dials.</param>
internal sealed record DialUnderWay(long Number, NodeId? Peer, PeerAddress Address, PeerSource Source);
