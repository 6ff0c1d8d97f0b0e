using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Meshara.Mdns.Dns;

/// <summary>The types of records that mDNS meets (RFC 1035 section 3.2.2 and IANA's registry). Any other value is possible on the wire.</summary>
internal enum RecordType : ushort
{
    None = 0,
    A = 1,
    Ns = 2,
    Cname = 5,
    Ptr = 12,
    Hinfo = 13,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Nsec = 47,
    Any = 255,
}

/// <summary>What a record says. Equal when type and data are, names in any case.</summary>
internal abstract record RecordData
{
    public abstract RecordType Type { get; }

    /// <summary>The bytes without compression, by which conflicts are decided (RFC 6762 section 8.2).</summary>
    public abstract byte[] Canonical();
}

/// <summary>A (RFC 1035 section 3.4.1) or AAAA (RFC 3596). A scope id is no part of it: it means nothing to others.</summary>
internal sealed record AddressData : RecordData
{
    public AddressData(IPAddress address) =>
        Address = address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;

    public IPAddress Address { get; }

    public override RecordType Type => Address.AddressFamily == AddressFamily.InterNetwork ? RecordType.A : RecordType.Aaaa;

    public override byte[] Canonical() => Address.GetAddressBytes();
}

/// <summary>PTR: one of the names that are found under the record's (RFC 6763 section 4.1).</summary>
internal sealed record PointerData(DomainName Target) : RecordData
{
    public override RecordType Type => RecordType.Ptr;

    public override byte[] Canonical() => Target.Wire.ToArray();
}

/// <summary>SRV: where a service is (RFC 2782).</summary>
internal sealed record ServiceData(ushort Priority, ushort Weight, ushort Port, DomainName Target) : RecordData
{
    public override RecordType Type => RecordType.Srv;

    public override byte[] Canonical()
    {
        var bytes = new byte[6 + Target.WireLength];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Priority);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), Weight);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), Port);
        Target.Wire.CopyTo(bytes.AsSpan(6));
        return bytes;
    }
}

/// <summary>
/// NSEC: which types the name has, and so which it has not (RFC 6762 section 6.1). Written with the one window block that is allowed
/// there; of what others write, the types below 256 are kept.
/// </summary>
internal sealed record NsecData(DomainName Next, ImmutableArray<RecordType> Types) : RecordData
{
    private const int MaxBitmap = 32;

    public override RecordType Type => RecordType.Nsec;

    public bool Equals(NsecData? other) => other is not null && Next.Equals(other.Next) && Types.Order().SequenceEqual(other.Types.Order());

    public override int GetHashCode() => HashCode.Combine(Next, Types.Length);

    public override byte[] Canonical() => [.. Next.Wire, .. Bitmap()];

    public byte[] Bitmap()
    {
        var highest = Types.Where(t => (ushort)t < 256).Select(t => (int)t).DefaultIfEmpty(0).Max();
        var bitmap = new byte[2 + (highest / 8) + 1];
        bitmap[1] = (byte)(bitmap.Length - 2);
        foreach (var type in Types.Where(t => (ushort)t < 256))
        {
            bitmap[2 + ((ushort)type / 8)] |= (byte)(0x80 >> ((ushort)type % 8));
        }

        return bitmap;
    }

    /// <summary>The types of a sequence of window blocks (RFC 4034 section 4.1.2); null if it is none.</summary>
    public static ImmutableArray<RecordType>? TryReadTypes(ReadOnlySpan<byte> blocks)
    {
        var types = ImmutableArray.CreateBuilder<RecordType>();
        var last = -1;
        while (!blocks.IsEmpty)
        {
            if (blocks.Length < 2 || blocks[0] <= last || blocks[1] is 0 or > MaxBitmap || blocks.Length < 2 + blocks[1])
            {
                return null;
            }

            last = blocks[0];
            for (var bit = 0; bit < blocks[1] * 8 && last == 0; bit++)
            {
                if ((blocks[2 + (bit / 8)] & (0x80 >> (bit % 8))) != 0)
                {
                    types.Add((RecordType)bit);
                }
            }

            blocks = blocks[(2 + blocks[1])..];
        }

        return types.ToImmutable();
    }
}

/// <summary>Anything else, as it was sent; names in it may be compressed and mean nothing here.</summary>
internal sealed record OpaqueData(RecordType Kind, ReadOnlyMemory<byte> Bytes) : RecordData
{
    public override RecordType Type => Kind;

    public bool Equals(OpaqueData? other) => other is not null && Kind == other.Kind && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Kind);
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    public override byte[] Canonical() => Bytes.ToArray();
}
