using System.Net.Sockets;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;

namespace Meshara.Actors.Discovery;

/// <summary>Sends what the engine wants sent.</summary>
internal static class MdnsSender
{
    private static readonly AddressFamily[] Families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    /// <summary>To one host, or to the group by every family that the interface speaks.</summary>
    public static void Send(IMdnsNetwork network, EngineOutput.Send send)
    {
        if (send.To is { } to)
        {
            network.SendTo(send.Packet, send.Interface, to);
            return;
        }

        foreach (var family in Families)
        {
            if (network.Interfaces.Any(i => i.Index == send.Interface && i.Speaks(family)))
            {
                network.Send(send.Packet, send.Interface, family);
            }
        }
    }
}
