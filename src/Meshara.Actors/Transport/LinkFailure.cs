using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>What a failed read or write on a link means.</summary>
internal static class LinkFailure
{
    /// <summary>
    /// In TLS 1.3 a client learns only from its first reads that the server did not accept its certificate: an alert there belongs to
    /// the handshake. Everything else is a connection that is gone.
    /// </summary>
    public static Reason ReasonOf(Exception failure) => failure is TransportException transport
        ? transport.Reason
        : TlsFailure.AlertIn(failure) ?? Reason.ConnectionLost;
}
