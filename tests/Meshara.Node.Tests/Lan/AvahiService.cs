using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Meshara.Node.Tests.Lan;

/// <summary>A service that Avahi has resolved: a row of <c>avahi-browse --parsable --resolve</c>.</summary>
/// <param name="Protocol">IPv4 or IPv6: what it was heard by.</param>
/// <param name="Address">
/// Of either family, whatever the protocol: one of the host's addresses, and not the same one every time.
/// </param>
internal sealed record AvahiService(
    string Interface, string Protocol, string Name, string Type, string Domain, string Host, string Address, int Port,
    ImmutableArray<string> Txt)
{
    private const int Fields = 10;

    /// <summary>The row, or null for what is none (services that came, went or could not be resolved).</summary>
    public static AvahiService? Parse(string line)
    {
        // Only the last field can hold a semicolon; the name has it escaped.
        var f = line.Split(';', Fields);
        return f is ["=", ..] && f.Length == Fields
            ? new(f[1], f[2], Unescape(f[3]), f[4], f[5], f[6], f[7],
                int.Parse(f[8], CultureInfo.InvariantCulture), [.. Strings(f[9])])
            : null;
    }

    /// <summary>The strings between quotes.</summary>
    private static IEnumerable<string> Strings(string txt)
    {
        for (var start = txt.IndexOf('"'); start >= 0; start = txt.IndexOf('"', start))
        {
            var end = start + 1;
            while (end < txt.Length && txt[end] != '"')
            {
                end += txt[end] == '\\' ? 2 : 1;
            }

            yield return Unescape(txt[(start + 1)..Math.Min(end, txt.Length)]);
            start = Math.Min(end + 1, txt.Length);
        }
    }

    /// <summary>\ddd is a byte in decimal, and \ before anything else is that.</summary>
    private static string Unescape(string text)
    {
        var from = Encoding.UTF8.GetBytes(text);
        var bytes = new List<byte>(from.Length);
        for (var i = 0; i < from.Length; i++)
        {
            if (from[i] != '\\')
            {
                bytes.Add(from[i]);
            }
            else if (i + 3 < from.Length
                && byte.TryParse(from.AsSpan(i + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 3;
            }
            else if (i + 1 < from.Length)
            {
                bytes.Add(from[++i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
