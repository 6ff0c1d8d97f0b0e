using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Meshara.Core.Peers;

/// <summary>Ranges of IP addresses as a person writes them: CIDR (RFC 4632 section 3.1, RFC 4291 section 2.3), or one address alone.</summary>
public static class AddressRange
{
    /// <summary>Reads a range.</summary>
    /// <exception cref="FormatException">With what is wrong.</exception>
    public static IPNetwork Parse(string text) => TryParse(text, out var range, out var error) ? range : throw new FormatException(error);

    /// <summary>Reads a range; otherwise <paramref name="error"/> says in one sentence what is wrong.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out IPNetwork range, [NotNullWhen(false)] out string? error)
    {
        range = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var host = slash < 0 ? text : text![..slash];

        // "10.1" is read as 10.0.0.1 by the class library; people who type it mean 10.1.0.0/16 or err.
        if (host is null || host.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(host, out var ip)
            || (ip.AddressFamily == AddressFamily.InterNetwork && ip.ToString() != host))
        {
            error = "An address range is an IP address, or ADDRESS/PREFIX such as 192.0.2.0/24 or 2001:db8::/32.";
            return false;
        }

        if (ip.IsIPv4MappedToIPv6)
        {
            error = $"'{host}' stands for an IPv4 address; write it as {ip.MapToIPv4()}.";
            return false;
        }

        var most = BitsOf(ip);
        var length = most;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > most))
        {
            error = $"'{text![(slash + 1)..]}' is no prefix length; it is 0 to {most}.";
            return false;
        }

        var first = First(ip, length);
        if (!first.Equals(ip))
        {
            error = $"'{text}' has digits beyond its prefix; the range that holds it is {first}/{length}.";
            return false;
        }

        range = new IPNetwork(ip, length);
        error = null;
        return true;
    }

    /// <summary>The range of that one address.</summary>
    internal static IPNetwork Of(IPAddress address) => Of(address, int.MaxValue);

    /// <summary>The range with that prefix which holds the address.</summary>
    internal static IPNetwork Of(IPAddress address, int prefix)
    {
        var ip = Bare(address);
        var length = Math.Min(prefix, BitsOf(ip));
        return new IPNetwork(First(ip, length), length);
    }

    /// <summary>The address without what has no bearing on where it lies: the IPv6 form of an IPv4 address, and the scope.</summary>
    internal static IPAddress Bare(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes())
        : address;

    private static int BitsOf(IPAddress ip) => ip.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    private static IPAddress First(IPAddress ip, int length)
    {
        var bytes = ip.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        return new IPAddress(bytes);
    }
}
