using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Meshara.Actors.Configuration;

/// <summary>Where a node listens.</summary>
/// <param name="EndPoint">The endpoint to bind; port 0 picks a free one.</param>
/// <param name="FallsBack">When the port is taken, a free one is used instead of giving up.</param>
internal sealed record ListenAddress(IPEndPoint EndPoint, bool FallsBack = false)
{
    /// <summary>The port that a node listens on when nobody says otherwise.</summary>
    public const int DefaultPort = 7373;

    /// <summary>Every interface, IPv4 and IPv6, on <see cref="DefaultPort"/> or a free port.</summary>
    public static readonly ListenAddress Auto = new(new IPEndPoint(IPAddress.IPv6Any, DefaultPort), FallsBack: true);

    public static bool TryParse(
        string text, [NotNullWhen(true)] out ListenAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = null;
        if (text == "auto")
        {
            address = Auto;
            return true;
        }

        // IPEndPoint reads "7373" as 0.0.28.205:0 and "::1:80" as an address without a port: ask for the colon and the port ourselves.
        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text[..colon] : "";
        host = host == "localhost" ? "127.0.0.1" : host;
        if (!ushort.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var port)
            || !IPAddress.TryParse(host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host.Contains(':') ? "" : host, out var ip))
        {
            error = $"'{text}' is no address to listen on; it is 'auto' or IP:PORT, such as 127.0.0.1:7373, [::]:7373, or 0.0.0.0:0 for a free port.";
            return false;
        }

        address = new ListenAddress(new IPEndPoint(ip, port));
        return true;
    }

    public override string ToString() => this == Auto ? "auto" : EndPoint.ToString();
}
