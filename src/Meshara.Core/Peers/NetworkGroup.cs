using System.Net;
using System.Net.Sockets;

namespace Meshara.Core.Peers;

/// <summary>
/// Addresses that one operator is likely to hold together: IPv4 /16, IPv6 /32, after Bitcoin Core's netgroup. Peers of many groups
/// are hard to have for an attacker, who gets addresses by the block (eclipse attack: Heilman et al., USENIX Security 2015). Loopback,
/// link and private addresses are one group, <see cref="Local"/>, with limits of its own, so that a mesh on one LAN works.
/// </summary>
internal readonly record struct NetworkGroup
{
    private readonly string? _name;

    private NetworkGroup(string name) => _name = name;

    public static NetworkGroup Local { get; } = new("local");

    public bool IsLocal => this == Local;

    public static NetworkGroup Of(PeerAddress address) => address switch
    {
        PeerAddress.Ip ip => Of(ip.EndPoint.Address),
        PeerAddress.Dns dns => new NetworkGroup(dns.Host),
        _ => throw new ArgumentOutOfRangeException(nameof(address), address, null),
    };

    public static NetworkGroup Of(IPAddress address) => IsNear(address) ? Local : new NetworkGroup(Prefix(address, 16, 32));

    /// <summary>The narrower range that connections are counted by: IPv4 /24, IPv6 /56. Null for local addresses, which are not.</summary>
    public static NetworkGroup? RangeOf(IPAddress address) => IsNear(address) ? null : new NetworkGroup(Prefix(address, 24, 56));

    public override string ToString() => _name ?? "";

    private static bool IsNear(IPAddress address) => AddressReach.Of(address) is Reach.Loopback or Reach.Link or Reach.Private;

    private static string Prefix(IPAddress address, int bitsV4, int bitsV6)
    {
        var ip = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bits = ip.AddressFamily == AddressFamily.InterNetwork ? bitsV4 : bitsV6;
        var bytes = ip.GetAddressBytes();
        bytes.AsSpan(bits / 8).Clear();
        return $"{new IPAddress(bytes)}/{bits}";
    }
}
