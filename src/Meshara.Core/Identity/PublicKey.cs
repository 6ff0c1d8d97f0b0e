using System.Diagnostics.CodeAnalysis;
using NSec.Cryptography;

namespace Meshara.Core.Identity;

/// <summary>An Ed25519 public key (RFC 8032 section 5.1.5), 32 bytes. Written as 64 lower-case hex digits.</summary>
public readonly record struct PublicKey
{
    /// <summary>The length of a key, in bytes.</summary>
    public const int Size = 32;

    private readonly Bytes32 _bytes;

    private PublicKey(Bytes32 bytes) => _bytes = bytes;

    /// <summary>Makes a key of its 32 bytes; whether it is a point of the curve shows when it first verifies.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static PublicKey FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.From(bytes));

    /// <summary>Reads 64 hex digits, in either case.</summary>
    /// <exception cref="FormatException">With the length or the digit that is wrong.</exception>
    public static PublicKey Parse(string text) =>
        TryParse(text, out var key, out var error) ? key : throw new FormatException(error);

    /// <summary>Reads 64 hex digits, in either case; otherwise <paramref name="error"/> says in one sentence what is wrong.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PublicKey key, [NotNullWhen(false)] out string? error)
    {
        var read = Bytes32.TryParse(text, "public key", out var bytes, out error);
        key = new PublicKey(bytes);
        return read;
    }

    /// <summary>Whether <paramref name="signature"/> (64 bytes) over <paramref name="message"/> was made with this key's private half.</summary>
    public bool Verifies(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureAlgorithm.Ed25519.SignatureSize
        && NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, ToByteArray(), KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(key!, message, signature);

    internal void CopyTo(Span<byte> bytes) => _bytes.CopyTo(bytes);

    /// <summary>The 32 bytes.</summary>
    public byte[] ToByteArray() => _bytes.ToByteArray();

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => _bytes.ToHex();
}
