using System.Net;
using System.Net.Sockets;

namespace Meshara.Core.Peers;

/// <summary>From where an address can be dialled, the narrowest first.</summary>
internal enum Reach
{
    /// <summary>Nowhere: unspecified, multicast, broadcast, documentation and other reserved ranges (RFC 6890), or one host's link scope told by another.</summary>
    None,

    /// <summary>The host itself.</summary>
    Loopback,

    /// <summary>The link (RFC 3927, RFC 4291 section 2.5.6).</summary>
    Link,

    /// <summary>A site: RFC 1918, RFC 4193, and the carrier's shared range of RFC 6598.</summary>
    Private,

    /// <summary>Everywhere.</summary>
    Global,

    /// <summary>A host name: whoever gave it knows. Nobody else is believed: a name of a stranger's choice costs a lookup of the stranger's choice.</summary>
    Name,
}

/// <summary>Tells the <see cref="Reach"/> of addresses.</summary>
internal static class AddressReach
{
    private static readonly IPNetwork[] Reserved =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
        IPNetwork.Parse("100::/64"), IPNetwork.Parse("2001:2::/48"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("fec0::/10"),
        IPNetwork.Parse("ff00::/8"), IPNetwork.Parse("::/128"),
    ];

    private static readonly IPNetwork[] Sites =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("fc00::/7"),
    ];

    private static readonly IPNetwork[] Links = [IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10")];

    public static Reach Of(PeerAddress address) => address is PeerAddress.Ip ip ? Of(ip.EndPoint.Address) : Reach.Name;

    public static Reach Of(IPAddress address)
    {
        var ip = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(ip) ? Reach.Loopback
            : Holds(Links, ip) ? Reach.Link
            : Holds(Sites, ip) ? Reach.Private
            : Holds(Reserved, ip) ? Reach.None
            : Reach.Global;
    }

    private static bool Holds(IPNetwork[] ranges, IPAddress ip)
    {
        // A scope id takes part in the comparison of addresses, and a range has none.
        var bare = ip.AddressFamily == AddressFamily.InterNetworkV6 && ip.ScopeId != 0 ? new IPAddress(ip.GetAddressBytes()) : ip;
        return ranges.Any(r => r.Contains(bare));
    }
}
