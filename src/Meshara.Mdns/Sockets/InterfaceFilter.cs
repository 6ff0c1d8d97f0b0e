using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Net;

namespace Meshara.Mdns.Sockets;

/// <summary>
/// Which interfaces are used. An entry is a pattern with * and ? on the name, or an IP address of the interface.
/// With anything in <paramref name="Include"/> only what it names is used, whatever <paramref name="Exclude"/> says; otherwise
/// all that <paramref name="Exclude"/> does not name. Loopback is the last resort, unless it is included by name.
/// </summary>
internal sealed record InterfaceFilter(ImmutableArray<string> Include, ImmutableArray<string> Exclude)
{
    /// <summary>
    /// Bridges of containers and virtual machines, tunnels and overlays. No other host of the LAN is there, and addresses
    /// announced from there lead nowhere: the most common complaint about every mDNS library.
    /// </summary>
    public static readonly ImmutableArray<string> DefaultExclude =
    [
        "docker*", "br-*", "veth*", "virbr*", "vmnet*", "vboxnet*", "tun*", "tap*", "wg*", "utun*", "tailscale*", "zt*",
        "cni*", "flannel*", "podman*",
    ];

    /// <summary>Everything but <see cref="DefaultExclude"/>.</summary>
    public static readonly InterfaceFilter Default = new([], DefaultExclude);

    /// <summary>
    /// Whether an interface of that name and these addresses may be used. Says nothing about loopback being the last resort.
    /// </summary>
    public bool Allows(string name, IEnumerable<IPAddress> addresses) =>
        Include.IsEmpty ? !Names(Exclude, name, addresses) : Names(Include, name, addresses);

    /// <summary>Those of the host's interfaces that are used, in the order of their indices.</summary>
    public ImmutableArray<MdnsInterface> Select(IEnumerable<MdnsInterface> all)
    {
        var allowed = all.Where(i => Allows(i.Name, i.Addresses)).OrderBy(i => i.Index).ToImmutableArray();
        return Include.IsEmpty && allowed.Any(i => !i.IsLoopback) ? [.. allowed.Where(i => !i.IsLoopback)] : allowed;
    }

    private static bool Names(ImmutableArray<string> entries, string name, IEnumerable<IPAddress> addresses) => entries.Any(
        entry => FileSystemName.MatchesSimpleExpression(entry, name, ignoreCase: false)
        || (IPAddress.TryParse(entry, out var address) && addresses.Any(a => IsSame(a, address))));

    /// <summary>The scope id is the system's own numbering; who writes fe80::1 into a file means that address.</summary>
    private static bool IsSame(IPAddress one, IPAddress other) =>
        one.GetAddressBytes().AsSpan().SequenceEqual(other.GetAddressBytes());
}
