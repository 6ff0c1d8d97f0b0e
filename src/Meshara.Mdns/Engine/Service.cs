using System.Text;
using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Engine;

/// <summary>A service instance that this host publishes (RFC 6763 section 4), and the host name that it is found at.</summary>
/// <param name="Type">Such as <c>_meshara._tcp.local</c>.</param>
/// <param name="Instance">The label before the type, for people; 1 to 63 bytes of UTF-8.</param>
/// <param name="Host">The label before <c>local</c>. Not the machine's own name: that is its own responder's to defend.</param>
internal sealed record Service(DomainName Type, string Instance, string Host, ushort Port, TextData Text)
{
    private static readonly DomainName Local = DomainName.Of("local");

    /// <summary>How many names were tried so far; the second gets a number, and so on (RFC 6762 section 9).</summary>
    public int Attempt { get; init; } = 1;

    public DomainName Name => Type.Child(Attempt == 1 ? Instance : Numbered(Instance, $" ({Attempt})"));

    public DomainName HostName => Local.Child(Attempt == 1 ? Host : Numbered(Host, $"-{Attempt}"));

    /// <summary>The same service under the next name, because another host has this one.</summary>
    public Service Renamed() => this with { Attempt = Attempt + 1 };

    /// <summary>Shortened where the number would make it too long, never within a character.</summary>
    private static string Numbered(string label, string number)
    {
        while (Encoding.UTF8.GetByteCount(label) + number.Length > DomainName.MaxLabel)
        {
            label = label[..^(char.IsLowSurrogate(label[^1]) ? 2 : 1)];
        }

        return label + number;
    }
}
