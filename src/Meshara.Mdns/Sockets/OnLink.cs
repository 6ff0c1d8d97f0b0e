using System.Net;
using System.Net.Sockets;

namespace Meshara.Mdns.Sockets;

/// <summary>The test of RFC 6762 section 11 against answers sent from afar to an address of ours.</summary>
internal static class OnLink
{
    /// <summary>
    /// Whether the source of a packet that came in by the interface is a host of that link: its address is in one of the
    /// interface's subnets, or link-local to IPv6, or it came in by loopback, where nothing but this host is.
    /// </summary>
    public static bool IsOnLink(MdnsInterface at, IPAddress source)
    {
        if (at.IsLoopback || IPAddress.IsLoopback(source))
        {
            return at.IsLoopback;
        }

        // Routers do not forward link-local sources (RFC 4291 section 2.5.6), so such a packet began its way on this link.
        return source.IsIPv6LinkLocal || at.Subnets.Any(s => IsIn(s.Address, s.PrefixLength, source));
    }

    /// <summary>
    /// Whether a packet may be heard. One to the link-local group is of this link by necessity, whatever its source, which keeps
    /// links with several subnets and misconfigured hosts working; only one sent to an address of ours is judged by its source.
    /// </summary>
    public static bool MayBeHeard(MdnsInterface at, IPAddress source, bool toMulticast) => toMulticast || IsOnLink(at, source);

    private static bool IsIn(IPAddress subnet, int prefixLength, IPAddress address)
    {
        if (subnet.AddressFamily != address.AddressFamily)
        {
            return false;
        }

        Span<byte> ours = stackalloc byte[16];
        Span<byte> theirs = stackalloc byte[16];
        subnet.TryWriteBytes(ours, out var length);
        address.TryWriteBytes(theirs, out _);

        // A prefix of no bits holds the whole Internet: that is a tunnel's way to say "everything", not a link.
        if (prefixLength < 1 || prefixLength > length * 8)
        {
            return false;
        }

        var whole = prefixLength / 8;
        var mask = (byte)(0xFF00 >> (prefixLength % 8));
        return ours[..whole].SequenceEqual(theirs[..whole]) && (mask == 0 || (ours[whole] & mask) == (theirs[whole] & mask));
    }
}
