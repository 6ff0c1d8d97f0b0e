using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Meshara.Core.Peers;

/// <summary>
/// An IP address as numbers, without its scope, to be compared with ranges: no object is made for it, and each peer that is looked at has
/// one. An IPv4 address mapped into IPv6 is the IPv4 address.
/// </summary>
/// <param name="High">The first 64 bits of an IPv6 address; 0 for IPv4.</param>
/// <param name="Low">The last 64 bits of an IPv6 address, or the 32 of an IPv4 address.</param>
/// <param name="IsV6">Which of them.</param>
internal readonly record struct IpBits(ulong High, ulong Low, bool IsV6)
{
    public static IpBits Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var isV6 = address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6;
        (isV6 ? address : address.MapToIPv4()).TryWriteBytes(isV6 ? bytes : bytes[12..], out _);
        return new IpBits(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), isV6);
    }
}
