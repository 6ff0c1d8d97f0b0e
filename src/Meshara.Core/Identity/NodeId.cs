using System.Diagnostics.CodeAnalysis;
using NSec.Cryptography;

namespace Meshara.Core.Identity;

/// <summary>
/// Who a node is: the SHA-256 (FIPS 180-4) of its 32-byte Ed25519 public key. Written as 64 lower-case hex digits;
/// <see cref="ToShortString"/> has the first 8, for logs and tables.
/// </summary>
public readonly record struct NodeId : IComparable<NodeId>
{
    /// <summary>The length of an id, in bytes.</summary>
    public const int Size = 32;

    private readonly Bytes32 _bytes;

    private NodeId(Bytes32 bytes) => _bytes = bytes;

    /// <summary>The first 64 bits as a number: they order ids as the ids themselves are ordered.</summary>
    internal ulong First64Bits => _bytes.A;

    /// <summary>The first 8 hex digits.</summary>
    public string ToShortString() => _bytes.ToHex()[..8];

    /// <summary>The id of the node that holds <paramref name="key"/>.</summary>
    public static NodeId Of(PublicKey key)
    {
        Span<byte> hash = stackalloc byte[Size];
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        key.CopyTo(bytes);

        // Of 32 bytes: that of the runtime takes twice as long, and a node that starts needs a hundred thousand.
        HashAlgorithm.Sha256.Hash(bytes, hash);
        return new NodeId(Bytes32.From(hash));
    }

    /// <summary>Makes an id of its 32 bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static NodeId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.From(bytes));

    /// <summary>Reads 64 hex digits, in either case.</summary>
    /// <exception cref="FormatException">With the length or the digit that is wrong.</exception>
    public static NodeId Parse(string text) =>
        TryParse(text, out var id, out var error) ? id : throw new FormatException(error);

    /// <summary>Reads 64 hex digits, in either case; otherwise <paramref name="error"/> says in one sentence what is wrong.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out NodeId id, [NotNullWhen(false)] out string? error)
    {
        var read = Bytes32.TryParse(text, "node id", out var bytes, out error);
        id = new NodeId(bytes);
        return read;
    }

    /// <summary>Orders by the bytes, most significant first.</summary>
    public int CompareTo(NodeId other) => _bytes.CompareTo(other._bytes);

    /// <summary>The 32 bytes.</summary>
    public byte[] ToByteArray() => _bytes.ToByteArray();

    internal void CopyTo(Span<byte> bytes) => _bytes.CopyTo(bytes);

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => _bytes.ToHex();

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or comes before it.</summary>
    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or comes after it.</summary>
    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;
}
