using System.Security.Authentication;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>What a failed read or write on a link means.</summary>
internal static class LinkFailure
{
    public static Reason ReasonOf(Exception failure) => failure switch
    {
        TransportException transport => transport.Reason,
        AuthenticationException => Reason.HandshakeRejected,
        _ => Reason.ConnectionLost,
    };
}
