using System.Net;
using Meshara.Mdns.Sockets;

namespace Meshara.Mdns.Tests.Sockets;

/// <summary>Interfaces for tables.</summary>
internal static class Some
{
    /// <summary>An interface with addresses in the notation of subnets, as 192.168.1.7/24.</summary>
    public static MdnsInterface Interface(int index, string name, params string[] addresses)
    {
        var subnets = addresses.Select(a => a.Split('/')).Select(a => (IPAddress.Parse(a[0]), int.Parse(a[1]))).ToList();
        return new(index, name, [.. subnets.Select(s => s.Item1)], [.. subnets], IsLoopback: name == "lo");
    }
}
