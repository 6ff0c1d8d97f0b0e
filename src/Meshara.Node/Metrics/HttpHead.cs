using System.Net;
using System.Text;

namespace Meshara.Node.Metrics;

/// <summary>What is read of an HTTP request: its first line, and to which host it goes (RFC 9112 sections 2 and 3).</summary>
internal sealed record HttpHead(string Method, string Path, string? Host)
{
    /// <summary>Bytes of a head at most. Prometheus sends some hundred.</summary>
    public const int MaxLength = 8 * 1024;

    /// <summary>Null if it is none.</summary>
    public static HttpHead? Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split("\r\n");
        if (lines[0].Split(' ') is not [{ Length: > 0 } method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"] || !method.All(char.IsAsciiLetterUpper))
        {
            return null;
        }

        var hosts = lines.Skip(1).Where(l => l.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)).Select(l => l["Host:".Length..].Trim()).ToList();
        return hosts.Count > 1 ? null : new HttpHead(method, target.Split('?')[0], hosts.FirstOrDefault());
    }

    /// <summary>
    /// Whether it is meant for this machine by a name that cannot be another's: a web page whose own name was made to lead here (DNS
    /// rebinding) says that name.
    /// </summary>
    public bool IsForLoopback => Host is null
        || Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || Host.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase)
        || (IPEndPoint.TryParse(Host, out var at) && IPAddress.IsLoopback(at.Address));
}
