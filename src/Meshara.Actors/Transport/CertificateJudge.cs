using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using PublicKey = Meshara.Core.Identity.PublicKey;

namespace Meshara.Actors.Transport;

/// <summary>Judges the certificate of one handshake, and remembers why it was refused: TLS itself only knows that it was.</summary>
/// <param name="self">This node: an address that leads back to it is no man in the middle.</param>
/// <param name="expected">Who must be there; null for whoever is.</param>
internal sealed class CertificateJudge(CertificateVerifier verifier, NodeClock clock, NodeId self, NodeId? expected)
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

        // The specification: MUST NOT send more than one certificate. Whether the leaf is in the store as well depends on the platform.
        if (chain?.ChainPolicy.ExtraStore.Any(c => !c.RawDataMemory.Span.SequenceEqual(presented.RawDataMemory.Span)) ?? false)
        {
            return Refuse(Reason.BadCertificate, "The other side showed more than one certificate.");
        }

        if (!verifier.TryVerify(presented, clock.Now, out var key, out var error))
        {
            return Refuse(Reason.BadCertificate, error);
        }

        if (IdentityJudge.Judge(NodeId.Of(key), self, expected) is { } refusal)
        {
            Refusal = refusal;
            return false;
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
