using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Meshara.Page;

/// <summary>Where the page is served.</summary>
/// <param name="EndPoint">A loopback address; port 0 picks a free one.</param>
/// <param name="FallsBack">Whether a free port does if that one is taken.</param>
internal sealed record PageAddress(IPEndPoint EndPoint, bool FallsBack)
{
    /// <summary><c>127.0.0.1:7374</c>, or a free port if that is taken, so that a second node on one machine simply starts.</summary>
    public static PageAddress Default { get; } = new(new IPEndPoint(IPAddress.Loopback, 7374), FallsBack: true);

    /// <summary>Reads <c>ADDR:PORT</c>; otherwise <paramref name="error"/> says in one sentence what is wrong.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PageAddress? address, [NotNullWhen(false)] out string? error)
    {
        (address, error) = (null, null);

        // Without a port the class library reads port 0, and a bare IPv6 address as one.
        var hasPort = text is not null && (text.StartsWith('[') ? text.Contains("]:", StringComparison.Ordinal) : text.Count(c => c == ':') == 1);
        if (!hasPort || !IPEndPoint.TryParse(text!, out var endPoint))
        {
            error = $"'{text}' is no place for the page; give ADDR:PORT such as 127.0.0.1:7374, or off.";
        }
        else if (!IPAddress.IsLoopback(endPoint.Address))
        {
            // Plain HTTP: beyond this machine anybody between could read the session and take it over.
            error = $"'{text}' is no loopback address; the page is for this machine alone. From another one: ssh -L 7374:127.0.0.1:7374 HOST";
        }
        else
        {
            address = new PageAddress(endPoint, FallsBack: false);
        }

        return address is not null;
    }
}
