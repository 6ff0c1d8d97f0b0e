using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Meshara.Mdns.Dns;

/// <summary>The types of records that have a meaning here. Any other number is a type too.</summary>
internal enum RecordType : ushort
{
    A = 1,
    Ns = 2,
    Cname = 5,
    Ptr = 12,
    Hinfo = 13,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Nsec = 47,

    /// <summary>Of questions only: all types.</summary>
    Any = 255,
}

/// <summary>
/// What a record says. Two are equal by what they say: names without regard to ASCII case, all else byte by byte.
/// </summary>
internal abstract record RecordData
{
    public abstract RecordType Type { get; }

    /// <summary>The bytes of the data, its names uncompressed and in the case they came in (RFC 6762 section 8.2).</summary>
    public abstract byte[] Canonical();
}

/// <summary>
/// A or AAAA, by the address's family (RFC 1035 section 3.4.1, RFC 3596 section 2.2). A scope id is never part of it.
/// </summary>
internal sealed record AddressData : RecordData
{
    /// <exception cref="ArgumentException">It is neither IPv4 nor IPv6.</exception>
    public AddressData(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Address = address.AddressFamily switch
        {
            AddressFamily.InterNetwork => address,
            // A scope id tells interfaces of one host apart, and means nothing to another.
            AddressFamily.InterNetworkV6 => address.ScopeId == 0 ? address : new IPAddress(address.GetAddressBytes()),
            _ => throw new ArgumentException("An address is IPv4 or IPv6.", nameof(address)),
        };
    }

    public IPAddress Address { get; }

    public override RecordType Type => Address.AddressFamily == AddressFamily.InterNetwork ? RecordType.A : RecordType.Aaaa;

    public override byte[] Canonical() => Address.GetAddressBytes();
}

/// <summary>PTR (RFC 1035 section 3.3.12): in DNS-SD, an instance of a service.</summary>
internal sealed record PointerData(DomainName Target) : RecordData
{
    public override RecordType Type => RecordType.Ptr;

    public override byte[] Canonical() => Target.Wire.ToArray();
}

/// <summary>SRV (RFC 2782): where a service instance listens.</summary>
internal sealed record ServiceData(ushort Priority, ushort Weight, ushort Port, DomainName Target) : RecordData
{
    /// <summary>The bytes before the target.</summary>
    internal const int FixedSize = 6;

    public override RecordType Type => RecordType.Srv;

    public override byte[] Canonical()
    {
        var bytes = new byte[FixedSize + Target.WireLength];
        WriteFixed(bytes);
        Target.Wire.CopyTo(bytes.AsSpan(FixedSize));
        return bytes;
    }

    internal void WriteFixed(Span<byte> into)
    {
        BinaryPrimitives.WriteUInt16BigEndian(into, Priority);
        BinaryPrimitives.WriteUInt16BigEndian(into[2..], Weight);
        BinaryPrimitives.WriteUInt16BigEndian(into[4..], Port);
    }
}

/// <summary>
/// The data of any other type, byte by byte. That of NS and CNAME, which may come compressed (RFC 6762 section 18.14), is kept
/// uncompressed.
/// </summary>
internal sealed record OpaqueData : RecordData
{
    /// <exception cref="ArgumentException">The type has a class of its own here, or is one of questions only.</exception>
    public OpaqueData(RecordType type, ReadOnlyMemory<byte> bytes)
    {
        if (type is RecordType.A or RecordType.Aaaa or RecordType.Ptr or RecordType.Srv or RecordType.Txt or RecordType.Nsec)
        {
            // Otherwise one record could have two forms, unequal to each other, and one of them malformed.
            throw new ArgumentException($"Data of type {type} is not opaque.", nameof(type));
        }

        Type = type;
        Bytes = bytes;
    }

    public override RecordType Type { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public override byte[] Canonical() => Bytes.ToArray();

    public bool Equals(OpaqueData? other) =>
        other is not null && Type == other.Type && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Type);
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }
}
