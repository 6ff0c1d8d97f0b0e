using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Meshara.Core.Identity;

/// <summary>
/// The Ed25519 key pair (RFC 8032) that a node proves itself with. The private key stays in the memory that libsodium guards;
/// it leaves only as the PEM text of the identity file (PKCS#8, RFC 8410).
/// </summary>
public sealed class NodeIdentity : IDisposable
{
    private readonly Key _key;

    private NodeIdentity(Key key)
    {
        _key = key;
        PublicKey = PublicKey.FromBytes(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
        Id = NodeId.Of(PublicKey);
    }

    /// <summary>The id that follows from the public key.</summary>
    public NodeId Id { get; }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Makes a new identity from the operating system's randomness.</summary>
    public static NodeIdentity Create() =>
        new(Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>Makes an identity of a 32-byte seed (RFC 8032 section 5.1.5), so that a test or a simulation is the same each time.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static NodeIdentity FromSeed(ReadOnlySpan<byte> seed) =>
        TryImport(seed, KeyBlobFormat.RawPrivateKey, out var identity)
            ? identity
            : throw new ArgumentException($"A seed is 32 bytes, got {seed.Length}.", nameof(seed));

    /// <summary>Reads a PKCS#8 PEM text.</summary>
    /// <exception cref="FormatException">The text is no PKCS#8 PEM of an Ed25519 private key.</exception>
    public static NodeIdentity FromPem(string pem) =>
        TryImport(Encoding.ASCII.GetBytes(pem), KeyBlobFormat.PkixPrivateKeyText, out var identity)
            ? identity
            : throw new FormatException("This is no PKCS#8 PEM of an Ed25519 private key.");

    /// <summary>The PKCS#8 PEM text. It holds the private key: keep it as one keeps a password.</summary>
    public string ToPem() => Encoding.ASCII.GetString(_key.Export(KeyBlobFormat.PkixPrivateKeyText));

    /// <summary>The Ed25519 signature of <paramref name="message"/>, 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => SignatureAlgorithm.Ed25519.Sign(_key, message);

    /// <summary>
    /// A secret of 32 bytes that follows from the key and from what it is for, the same from start to start. Ed25519 signs without
    /// randomness (RFC 8032 section 5.1.6), and what is signed here is signed nowhere else.
    /// </summary>
    internal byte[] DeriveSecret(string purpose) => SHA256.HashData(Sign(Encoding.UTF8.GetBytes($"meshara-secret:1:{purpose}")));

    /// <summary>Wipes the private key.</summary>
    public void Dispose() => _key.Dispose();

    private static bool TryImport(ReadOnlySpan<byte> blob, KeyBlobFormat format, [NotNullWhen(true)] out NodeIdentity? identity)
    {
        var creation = new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        identity = Key.TryImport(SignatureAlgorithm.Ed25519, blob, format, out var key, creation) ? new NodeIdentity(key!) : null;
        return identity is not null;
    }
}
