using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>
/// Finds the reason in what TLS says of a failure. The platform tells the causes apart only by their texts (those of OpenSSL here);
/// on a platform with other texts the coarse reasons at the end remain.
/// </summary>
internal static class TlsFailure
{
    /// <summary>How long a text of the platform may get in ours, in characters.</summary>
    private const int MaxDetail = 160;

    /// <summary>Whether the network or a stranger can cause it; anything else is a bug.</summary>
    public static bool IsExpected(Exception e) =>
        e is AuthenticationException or IOException or SocketException or ObjectDisposedException or CryptographicException;

    public static TransportException Explain(Exception failure)
    {
        if (failure is TransportException explained)
        {
            return explained;
        }

        var text = TextOf(failure);
        var reason = AlertIn(text)
            ?? (failure is AuthenticationException or CryptographicException ? Reason.ProtocolError : Reason.HandshakeRejected);
        return new TransportException(reason, text.Length > MaxDetail ? text[..MaxDetail] : text, failure);
    }

    /// <summary>The reason that a TLS alert of the other side gives, or this side's TLS before its certificate check; null for neither.</summary>
    public static Reason? AlertIn(Exception failure) => AlertIn(TextOf(failure));

    private static Reason? AlertIn(string text) =>
        Says(text, "application protocol", "ALPN") ? Reason.AlpnMismatch
        : Says(text, "peer did not return a certificate") ? Reason.BadCertificate
        : Says(text, "alert protocol version") ? Reason.ProtocolError
        : Says(text, " alert ") ? Reason.HandshakeRejected
        : null;

    private static bool Says(string text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string TextOf(Exception failure)
    {
        var text = failure.Message;
        for (var e = failure.InnerException; e is not null; e = e.InnerException)
        {
            text += " / " + e.Message;
        }

        // One line of plain text: it goes to logs and terminals.
        return string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
