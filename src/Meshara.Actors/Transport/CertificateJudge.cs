using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using PublicKey = Meshara.Core.Identity.PublicKey;

namespace Meshara.Actors.Transport;

/// <summary>Judges the certificate of one handshake, and remembers why it was refused: TLS itself only knows that it was.</summary>
internal sealed class CertificateJudge(NodeClock clock, NodeId? expected)
{
    /// <summary>The key that was proven; null until then.</summary>
    public PublicKey? Key { get; private set; }

    public TransportException? Refusal { get; private set; }

    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 presented)
        {
            return Refuse(Reason.BadCertificate, "The other side showed no certificate.");
        }

        // The specification: MUST NOT send more than one certificate.
        if (chain?.ChainPolicy.ExtraStore.Count > 1)
        {
            return Refuse(Reason.BadCertificate, "The other side showed more than one certificate.");
        }

        if (!IdentityCertificate.TryVerify(presented, clock.Now, out var key, out var error))
        {
            return Refuse(Reason.BadCertificate, error);
        }

        if (expected is { } id && NodeId.Of(key) != id)
        {
            return Refuse(Reason.KeyMismatch, $"Expected {id.ToShortString()}, found {NodeId.Of(key).ToShortString()}.");
        }

        Key = key;
        return true;
    }

    private bool Refuse(Reason reason, string message)
    {
        Refusal = new TransportException(reason, message);
        return false;
    }
}
