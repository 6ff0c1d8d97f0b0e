using System.Net;
using System.Net.Sockets;

namespace Meshara.Mdns.Sockets;

/// <summary>What becomes of a packet that came in.</summary>
internal enum Verdict
{
    Heard,

    /// <summary>It came by an interface that is not used, or by one that the system does not name.</summary>
    OtherInterface,

    /// <summary>It was sent to another group, or to everybody.</summary>
    OtherDestination,

    /// <summary>It was sent to an address of ours from beyond the link.</summary>
    OffLink,

    /// <summary>It was larger than any mDNS packet.</summary>
    TooLarge,
}

/// <summary>Judges packets by how they came in.</summary>
internal static class Arrival
{
    /// <param name="at">The interface it came by, if that is one in use.</param>
    /// <remarks>
    /// The first two are no paranoia: on Linux a socket bound to the port hears every group that <em>any</em> process joined, on
    /// every interface (IP_MULTICAST_ALL), so what another responder joined on docker0 comes in here as well.
    /// </remarks>
    public static Verdict Judge(MdnsInterface? at, IPAddress source, IPAddress destination, SocketFlags flags)
    {
        if (at is null)
        {
            return Verdict.OtherInterface;
        }

        var toMulticast = MdnsGroup.Is(destination);
        if (!toMulticast && (destination.IsIPv6Multicast || IsIPv4MulticastOrBroadcast(destination)))
        {
            return Verdict.OtherDestination;
        }

        if (!OnLink.MayBeHeard(at, source, toMulticast))
        {
            return Verdict.OffLink;
        }

        return flags.HasFlag(SocketFlags.Truncated) ? Verdict.TooLarge : Verdict.Heard;
    }

    private static bool IsIPv4MulticastOrBroadcast(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork
        && (address.GetAddressBytes()[0] is >= 224 and < 240 || address.Equals(IPAddress.Broadcast));
}
