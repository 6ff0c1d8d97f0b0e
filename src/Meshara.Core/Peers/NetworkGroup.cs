using System.Buffers.Binary;
using System.Net;

namespace Meshara.Core.Peers;

/// <summary>
/// Addresses that one operator is likely to hold together: IPv4 /16, IPv6 /32, after Bitcoin Core's netgroup. Peers of many groups
/// are hard to have for an attacker, who gets addresses by the block (eclipse attack: Heilman et al., USENIX Security 2015). Loopback,
/// link and private addresses are one group, <see cref="Local"/>, with limits of its own, so that a mesh on one LAN works.
/// </summary>
internal readonly record struct NetworkGroup
{
    /// <summary>The lengths of the prefixes; they tell the families apart.</summary>
    private const byte GroupV4 = 16, RangeV4 = 24, GroupV6 = 32, RangeV6 = 56;

    /// <summary>The first bits of the addresses, the rest 0. As a text it would be made again for each peer that is looked at.</summary>
    private readonly ulong _prefix;
    private readonly byte _bits;
    private readonly string? _name;

    private NetworkGroup(string name) => _name = name;

    private NetworkGroup(ulong prefix, byte bits) => (_prefix, _bits) = (prefix, bits);

    public static NetworkGroup Local { get; } = new("local");

    public bool IsLocal => this == Local;

    public static NetworkGroup Of(PeerAddress address) => address switch
    {
        PeerAddress.Ip ip => AddressReach.IsNear(ip.Bits) ? Local : Prefix(ip.Bits, GroupV4, GroupV6),
        PeerAddress.Dns dns => new NetworkGroup(dns.Host),
        _ => throw new ArgumentOutOfRangeException(nameof(address), address, null),
    };

    /// <summary>The narrower range that connections are counted by: IPv4 /24, IPv6 /56. Null for local addresses, which are not.</summary>
    public static NetworkGroup? RangeOf(IPAddress address) => RangeOf(IpBits.Of(address));

    public static NetworkGroup? RangeOf(IpBits address) => AddressReach.IsNear(address) ? null : Prefix(address, RangeV4, RangeV6);

    /// <summary>A hash that nobody can foretell without the key.</summary>
    public ulong HashWith(SipHash hash)
    {
        if (_bits == 0)
        {
            return hash.Of(_name ?? "");
        }

        Span<byte> bytes = stackalloc byte[9];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _prefix);
        bytes[8] = _bits;
        return hash.Of(bytes);
    }

    public override string ToString()
    {
        if (_bits == 0)
        {
            return _name ?? "";
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _prefix);
        return $"{new IPAddress(_bits is GroupV4 or RangeV4 ? bytes[..4] : bytes)}/{_bits}";
    }

    private static NetworkGroup Prefix(IpBits address, byte bitsV4, byte bitsV6)
    {
        var (first, bits) = address.IsV6 ? (address.High, bitsV6) : (address.Low << 32, bitsV4);
        return new NetworkGroup(first >> (64 - bits) << (64 - bits), bits);
    }
}
