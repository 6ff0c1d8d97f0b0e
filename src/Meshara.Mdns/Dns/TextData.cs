using System.Collections.Immutable;
using System.Text;

namespace Meshara.Mdns.Dns;

/// <summary>
/// TXT (RFC 1035 section 3.3.14): strings of up to 255 bytes, which DNS-SD reads as attributes (RFC 6763 section 6). It is kept
/// as the bytes of the wire, since a string may be of one byte there, and an object for each would be sixteen times what a peer
/// has sent.
/// </summary>
internal sealed record TextData : RecordData
{
    /// <summary>The longest string, in bytes.</summary>
    public const int MaxString = 255;

    private readonly byte[] _wire;

    /// <summary>
    /// The record of these strings; of none it is one empty string, for none at all is not allowed (RFC 6763 section 6.1).
    /// </summary>
    /// <exception cref="ArgumentException">A string is over 255 bytes long, or all are over 65,535.</exception>
    public TextData(ImmutableArray<ReadOnlyMemory<byte>> strings)
    {
        var wire = new List<byte>();
        foreach (var text in strings.IsDefaultOrEmpty ? [default] : strings)
        {
            if (text.Length > MaxString)
            {
                throw new ArgumentException($"A string of a TXT record is over {MaxString} bytes long.", nameof(strings));
            }

            wire.Add((byte)text.Length);
            wire.AddRange(text.Span);
        }

        _wire = wire.Count <= ushort.MaxValue
            ? [.. wire]
            : throw new ArgumentException($"A TXT record is over {ushort.MaxValue} bytes long.", nameof(strings));
    }

    private TextData(byte[] wire) => _wire = wire;

    public override RecordType Type => RecordType.Txt;

    /// <summary>At least one, which may be empty. Made anew at each call.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Strings
    {
        get
        {
            var strings = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
            for (var at = 0; at < _wire.Length; at += 1 + _wire[at])
            {
                strings.Add(_wire.AsMemory(at + 1, _wire[at]));
            }

            return strings.DrainToImmutable();
        }
    }

    /// <summary>
    /// The attributes in their order (RFC 6763 section 6.4): a key comes once, its first occurrence; strings whose key is empty
    /// or not of printable US-ASCII are passed over. The value is null if there is no <c>=</c>. Values are UTF-8, and not
    /// escaped.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string?>> Attributes
    {
        get
        {
            var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var text in Strings)
            {
                var end = text.Span.IndexOf((byte)'=');
                var key = end < 0 ? text : text[..end];
                if (IsKey(key.Span) && Encoding.ASCII.GetString(key.Span) is var name && seen.Add(name))
                {
                    yield return new(name, end < 0 ? null : Encoding.UTF8.GetString(text.Span[(end + 1)..]));
                }
            }
        }
    }

    /// <summary>The record of these attributes; of none it is one empty string. A null value is a key without <c>=</c>.</summary>
    /// <exception cref="ArgumentException">
    /// A key is empty, comes twice, or has <c>=</c> or a character that is not printable US-ASCII; or key and value are over 255
    /// bytes.
    /// </exception>
    public static TextData Of(IEnumerable<KeyValuePair<string, string?>> attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var strings = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        foreach (var (key, value) in attributes)
        {
            var name = Encoding.UTF8.GetBytes(key);
            if (!IsKey(name) || name.Contains((byte)'='))
            {
                throw new ArgumentException("A key is printable US-ASCII without '=', and not empty.", nameof(attributes));
            }

            if (!seen.Add(key))
            {
                throw new ArgumentException($"The key {key} comes twice in one TXT record.", nameof(attributes));
            }

            strings.Add(value is null ? name : (byte[])[.. name, (byte)'=', .. Encoding.UTF8.GetBytes(value)]);
        }

        return new TextData(strings.DrainToImmutable());
    }

    /// <summary>
    /// Whether there is an attribute of this key, in whatever ASCII case; the first counts. Its value is null if it has no
    /// <c>=</c>.
    /// </summary>
    public bool TryGet(string key, out string? value)
    {
        foreach (var attribute in Attributes)
        {
            if (string.Equals(attribute.Key, key, StringComparison.OrdinalIgnoreCase))
            {
                value = attribute.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    public override byte[] Canonical() => [.. _wire];

    public bool Equals(TextData? other) => other is not null && _wire.AsSpan().SequenceEqual(other._wire);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_wire);
        return hash.ToHashCode();
    }

    /// <summary>
    /// Null if the strings do not fill the data exactly. No data at all is read as one empty string (RFC 6763 section 6.1).
    /// </summary>
    internal static TextData? TryRead(ReadOnlySpan<byte> data)
    {
        var at = 0;
        while (at < data.Length)
        {
            at += 1 + data[at];
        }

        return at > data.Length ? null : new TextData(data.IsEmpty ? [0] : data.ToArray());
    }

    private static bool IsKey(ReadOnlySpan<byte> key) => !key.IsEmpty && !key.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e);
}
