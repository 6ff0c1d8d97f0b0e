using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;
using Meshara.Mdns.Sockets;

namespace Meshara.Actors.Hosting;

/// <summary>The interfaces of this machine as they are now, with what mDNS has sent and heard on each.</summary>
internal static class InterfaceLook
{
    /// <param name="used">Those that mDNS uses; none if it is off.</param>
    /// <param name="counts">What it has counted; null if it is off.</param>
    public static ImmutableArray<InterfaceCheck> Read(ImmutableArray<MdnsInterface> used, NetworkCounts? counts)
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces().Select(one => Read(one, used, counts)).OfType<InterfaceCheck>()];
        }
        catch (NetworkInformationException)
        {
            // The system would not tell: then those are known that mDNS uses.
            return [.. used.Select(i => Check(i.Name, i.Addresses, isMulticast: true, i, counts))];
        }
    }

    private static InterfaceCheck? Read(NetworkInterface one, ImmutableArray<MdnsInterface> used, NetworkCounts? counts)
    {
        // Linux says Unknown of loopback, and of drivers that do not report.
        if (one.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
        {
            return null;
        }

        try
        {
            ImmutableArray<IPAddress> addresses =
            [
                .. one.GetIPProperties().UnicastAddresses.Select(a => a.Address)
                    .Where(a => a.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6).Distinct(),
            ];
            return addresses.IsEmpty ? null
                : Check(one.Name, addresses, one.SupportsMulticast, used.FirstOrDefault(i => i.Name == one.Name), counts);
        }
        catch (Exception e) when (e is NetworkInformationException or IOException)
        {
            // It went while it was looked at.
            return null;
        }
    }

    private static InterfaceCheck Check(
        string name, ImmutableArray<IPAddress> addresses, bool isMulticast, MdnsInterface? use, NetworkCounts? counts)
    {
        var count = use is null ? null : counts?.Of(use.Index);
        return new(name, addresses, isMulticast, use is not null, count?.Sent ?? 0, count?.Heard ?? 0, count?.FromOthers ?? 0, count?.Errors ?? 0);
    }
}
