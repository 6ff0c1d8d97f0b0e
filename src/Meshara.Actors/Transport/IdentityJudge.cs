using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>Whether the one who was proven is the one who was meant: the same rule over every transport.</summary>
internal static class IdentityJudge
{
    /// <summary>Null if so.</summary>
    public static TransportException? Judge(NodeId found, NodeId self, NodeId? expected)
    {
        if (expected is { } id && id != found)
        {
            // An address that is this node's own now says nothing of a man in the middle, but the peer is not there all the same.
            var who = found == self ? "this node itself: the address leads back here" : found.ToShortString();
            return new TransportException(Reason.KeyMismatch, $"Expected {id.ToShortString()}, found {who}.");
        }

        return found == self ? new TransportException(Reason.SelfConnection, "The address leads back to this node.") : null;
    }
}
