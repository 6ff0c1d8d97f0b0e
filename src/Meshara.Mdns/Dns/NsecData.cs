using System.Collections.Immutable;

namespace Meshara.Mdns.Dns;

/// <summary>
/// NSEC in the restricted form of RFC 6762 section 6.1: the types that a name has, those under 256 only. In mDNS it says that
/// there are no others.
/// </summary>
internal sealed record NsecData : RecordData
{
    /// <summary>
    /// A block of the bitmap: its number, the bytes that follow, and one bit for each of 256 types (RFC 4034 section 4.1.2).
    /// </summary>
    private const int MaxBlock = 32;

    /// <param name="next">In mDNS the record's own name.</param>
    /// <param name="types">In any order.</param>
    /// <exception cref="ArgumentException">A type is over 255: the restricted form has no place for it.</exception>
    public NsecData(DomainName next, ImmutableArray<RecordType> types)
    {
        Next = next;
        Types = IsAscending(types) ? types : [.. types.Distinct().Order()];
        if (Types is [.., > (RecordType)byte.MaxValue])
        {
            throw new ArgumentException("NSEC in mDNS is of types under 256.", nameof(types));
        }
    }

    public DomainName Next { get; }

    /// <summary>In ascending order, each once.</summary>
    public ImmutableArray<RecordType> Types { get; }

    public override RecordType Type => RecordType.Nsec;

    public override byte[] Canonical() => [.. Next.Wire, .. Bitmap()];

    public bool Equals(NsecData? other) =>
        other is not null && Next.Equals(other.Next) && Types.AsSpan().SequenceEqual(other.Types.AsSpan());

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Next);
        foreach (var type in Types)
        {
            hash.Add(type);
        }

        return hash.ToHashCode();
    }

    /// <summary>Block 0, as short as the types allow.</summary>
    internal byte[] Bitmap()
    {
        // RFC 6762 section 6.1: the length is 1 to 32, also where there is no type at all.
        var last = Types.IsEmpty ? 0 : (int)Types[^1];
        var bytes = new byte[2 + 1 + (last / 8)];
        bytes[1] = (byte)(bytes.Length - 2);
        foreach (var type in Types)
        {
            bytes[2 + ((int)type / 8)] |= (byte)(0x80 >> ((int)type % 8));
        }

        return bytes;
    }

    /// <summary>
    /// The types under 256 of a bitmap whose blocks are well-formed: in ascending order, 1 to 32 bytes each, and nothing after
    /// them.
    /// </summary>
    internal static bool TryReadTypes(ReadOnlySpan<byte> bitmap, out ImmutableArray<RecordType> types)
    {
        types = [];
        for (var previous = -1; !bitmap.IsEmpty;)
        {
            if (bitmap.Length < 2 || bitmap[0] <= previous || bitmap[1] is 0 or > MaxBlock || bitmap.Length < 2 + bitmap[1])
            {
                return false;
            }

            if (bitmap[0] == 0)
            {
                types = TypesOf(bitmap.Slice(2, bitmap[1]));
            }

            previous = bitmap[0];
            bitmap = bitmap[(2 + bitmap[1])..];
        }

        return true;
    }

    // Those that are read are, at no cost in memory.
    private static bool IsAscending(ImmutableArray<RecordType> types)
    {
        for (var i = 1; i < types.Length; i++)
        {
            if (types[i - 1] >= types[i])
            {
                return false;
            }
        }

        return true;
    }

    private static ImmutableArray<RecordType> TypesOf(ReadOnlySpan<byte> block)
    {
        Span<RecordType> types = stackalloc RecordType[8 * MaxBlock];
        var count = 0;
        for (var type = 0; type < 8 * block.Length; type++)
        {
            if ((block[type / 8] & (0x80 >> (type % 8))) != 0)
            {
                types[count++] = (RecordType)type;
            }
        }

        return [.. types[..count]];
    }
}
