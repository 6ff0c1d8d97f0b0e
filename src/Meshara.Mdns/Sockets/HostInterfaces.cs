using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Meshara.Mdns.Sockets;

/// <summary>A look at the interfaces of this host.</summary>
internal static class HostInterfaces
{
    /// <summary>All that are up, speak multicast and have an address; null if the system would not tell.</summary>
    public static ImmutableArray<MdnsInterface>? Read()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces().Select(Read).OfType<MdnsInterface>()];
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }

    private static MdnsInterface? Read(NetworkInterface one)
    {
        var isLoopback = one.NetworkInterfaceType == NetworkInterfaceType.Loopback;

        // Unknown is what Linux says of loopback and of drivers that do not report. Loopback has no multicast flag, and yet
        // carries it.
        if (one.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown)
            || !(one.SupportsMulticast || isLoopback))
        {
            return null;
        }

        try
        {
            var properties = one.GetIPProperties();
            if (IndexOf(properties) is not { } index)
            {
                return null;
            }

            var subnets = properties.UnicastAddresses
                .Select(a => (Address: WithScope(a.Address, index), a.PrefixLength))
                .Where(a => a.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
                .Distinct()
                .ToImmutableArray();
            return subnets.IsEmpty
                ? null
                : new(index, one.Name, [.. subnets.Select(s => s.Address).Distinct()], subnets, isLoopback);
        }
        catch (Exception e) when (e is NetworkInformationException or IOException)
        {
            // It went while it was looked at.
            return null;
        }
    }

    /// <summary>An interface without one of the families throws on Windows when it is asked for that one.</summary>
    private static int? IndexOf(IPInterfaceProperties properties)
    {
        try
        {
            return properties.GetIPv4Properties().Index;
        }
        catch (NetworkInformationException)
        {
            return properties.GetIPv6Properties()?.Index;
        }
    }

    private static IPAddress WithScope(IPAddress address, int index) =>
        address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes(), index) : address;
}
