using System.Net;
using System.Net.Sockets;

namespace Meshara.Mdns.Engine;

/// <summary>A stable order of addresses: IPv4 first, link-local last, then by bytes.</summary>
internal sealed class AddressOrder : IComparer<IPAddress>
{
    public static readonly AddressOrder Instance = new();

    public int Compare(IPAddress? x, IPAddress? y)
    {
        var byKind = Kind(x!).CompareTo(Kind(y!));
        return byKind != 0 ? byKind : x!.GetAddressBytes().AsSpan().SequenceCompareTo(y!.GetAddressBytes());
    }

    private static int Kind(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? 0 : address.IsIPv6LinkLocal ? 2 : 1;
}
