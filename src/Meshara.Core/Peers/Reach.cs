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
    private static readonly Ranges Hosts = new("127.0.0.0/8", "::1/128");

    private static readonly Ranges Links = new("169.254.0.0/16", "fe80::/10");

    private static readonly Ranges Sites = new("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

    private static readonly Ranges Reserved = new(
        "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "100::/64", "2001:2::/48", "2001:db8::/32", "fec0::/10", "ff00::/8", "::/128");

    public static Reach Of(PeerAddress address) => address is PeerAddress.Ip ip ? Of(ip.Bits) : Reach.Name;

    public static Reach Of(IPAddress address) => Of(IpBits.Of(address));

    /// <summary>Whether it reaches no further than a site.</summary>
    public static bool IsNear(IpBits address) => Hosts.Hold(address) || Links.Hold(address) || Sites.Hold(address);

    public static Reach Of(IpBits address) => Hosts.Hold(address) ? Reach.Loopback
        : Links.Hold(address) ? Reach.Link
        : Sites.Hold(address) ? Reach.Private
        : Reserved.Hold(address) ? Reach.None
        : Reach.Global;

    /// <summary>Some ranges: their first addresses, and which bits of an address have to be those of the first.</summary>
    private sealed class Ranges
    {
        private readonly (IpBits First, ulong HighMask, ulong LowMask)[] _v4, _v6;

        public Ranges(params string[] ranges)
        {
            var all = ranges.Select(IPNetwork.Parse).ToLookup(r => r.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6, r =>
            {
                var first = IpBits.Of(r.BaseAddress);
                return (first, MaskOf(first.IsV6 ? r.PrefixLength : 0), first.IsV6 ? MaskOf(r.PrefixLength - 64) : MaskOf(r.PrefixLength) >> 32);
            });
            (_v4, _v6) = ([.. all[false]], [.. all[true]]);
        }

        public bool Hold(IpBits address)
        {
            foreach (var (first, highMask, lowMask) in address.IsV6 ? _v6 : _v4)
            {
                if ((address.High & highMask) == first.High && (address.Low & lowMask) == first.Low)
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>So many ones, and then zeros.</summary>
        private static ulong MaskOf(int bits) => bits <= 0 ? 0 : bits >= 64 ? ulong.MaxValue : ulong.MaxValue << (64 - bits);
    }
}
