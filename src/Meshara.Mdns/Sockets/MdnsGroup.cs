using System.Net;
using System.Net.Sockets;

namespace Meshara.Mdns.Sockets;

/// <summary>The addresses of mDNS (RFC 6762 section 3).</summary>
internal static class MdnsGroup
{
    public const int Port = 5353;

    /// <summary>The largest packet, with its headers; a larger one is not mDNS (RFC 6762 section 17).</summary>
    public const int MaxPacketBytes = 9000;

    public static readonly IPAddress IPv4 = new([224, 0, 0, 251]);

    public static readonly IPAddress IPv6 = IPAddress.Parse("ff02::fb");

    public static IPAddress Of(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? IPv6 : IPv4;

    /// <summary>Whether that is the group, on whatever interface.</summary>
    public static bool Is(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? address.GetAddressBytes().AsSpan().SequenceEqual(IPv6.GetAddressBytes())
        : address.Equals(IPv4);
}
