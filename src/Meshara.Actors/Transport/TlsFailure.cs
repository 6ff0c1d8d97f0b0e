using System.Security.Authentication;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>Finds the reason in what TLS says of a failed handshake.</summary>
internal static class TlsFailure
{
    /// <summary>How long a part of a message of the platform may get into ours, in characters.</summary>
    private const int MaxDetail = 160;

    public static TransportException Explain(Exception failure)
    {
        var text = string.Join(" / ", Chain(failure).Select(e => e.Message));
        var reason = ReasonOf(failure, text);
        return new TransportException(reason, text.Length > MaxDetail ? text[..MaxDetail] : text, failure);
    }

    private static Reason ReasonOf(Exception failure, string text) =>
        Says(text, "no application protocol", "ALPN", "no_application_protocol") ? Reason.AlpnMismatch
        : Says(text, "certificate required", "peer did not return a certificate", "bad certificate", "certificate unknown") ? Reason.BadCertificate
        : failure is AuthenticationException ? Reason.ProtocolError
        : Reason.HandshakeRejected;

    private static bool Says(string text, params string[] words) =>
        words.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<Exception> Chain(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }
}
