using System.Net;
using Microsoft.AspNetCore.Http;

namespace Meshara.Page.Access;

/// <summary>The names under which this machine alone reaches itself.</summary>
internal static class LoopbackHost
{
    /// <summary>
    /// No name on the Internet is one of these, whatever it leads to: a web page whose own name was made to lead here (DNS rebinding) says that
    /// name. The port may be another one, that of a tunnel.
    /// </summary>
    public static bool IsOurs(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host, out var ip) && IPAddress.IsLoopback(ip));
}
