using System.Collections.Immutable;
using System.Text;

namespace Meshara.Mdns.Dns;

/// <summary>TXT (RFC 1035 section 3.3.14): strings of up to 255 bytes, which DNS-SD reads as attributes (RFC 6763 section 6).</summary>
internal sealed record TextData(ImmutableArray<ReadOnlyMemory<byte>> Strings) : RecordData
{
    /// <summary>Bytes of one string at most: its length is one byte.</summary>
    public const int MaxString = 255;

    public override RecordType Type => RecordType.Txt;

    /// <summary>The attributes in order; of a key that comes twice the first (RFC 6763 section 6.4). A null value: the key alone, without '='.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Attributes
    {
        get
        {
            var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var text in Strings)
            {
                var equals = text.Span.IndexOf((byte)'=');
                var key = equals < 0 ? text.Span : text.Span[..equals];

                // Without a key, or with one that is no printable ASCII, it is no attribute and is ignored.
                if (!key.IsEmpty && key.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) < 0 && seen.Add(Encoding.ASCII.GetString(key)))
                {
                    yield return new(Encoding.ASCII.GetString(key), equals < 0 ? null : Encoding.UTF8.GetString(text.Span[(equals + 1)..]));
                }
            }
        }
    }

    /// <summary>Of attributes; a null value is a key alone. None at all is one empty string, since a TXT may not be empty (RFC 6763 section 6.1).</summary>
    /// <exception cref="ArgumentException">A key is empty, has '=' or other than printable ASCII; a string has more than 255 bytes.</exception>
    public static TextData Of(IEnumerable<KeyValuePair<string, string?>> attributes)
    {
        var strings = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        foreach (var (key, value) in attributes)
        {
            if (key.Length == 0 || key.Any(c => c is < ' ' or > '~' or '='))
            {
                throw new ArgumentException($"The key '{key}' of a TXT has 1 or more printable ASCII characters, and no '='.", nameof(attributes));
            }

            var bytes = Encoding.UTF8.GetBytes(value is null ? key : $"{key}={value}");
            strings.Add(bytes.Length <= MaxString ? bytes
                : throw new ArgumentException($"The attribute {key} of a TXT has {bytes.Length} bytes, more than {MaxString}.", nameof(attributes)));
        }

        return new TextData(strings.Count == 0 ? [Array.Empty<byte>()] : strings.ToImmutable());
    }

    /// <summary>The value of a key, in whatever case (RFC 6763 section 6.4): false if it is not there, null if it has none.</summary>
    public bool TryGet(string key, out string? value)
    {
        var found = Attributes.FirstOrDefault(a => string.Equals(a.Key, key, StringComparison.OrdinalIgnoreCase));
        value = found.Value;
        return found.Key is not null;
    }

    public bool Equals(TextData? other) =>
        other is not null && Strings.Length == other.Strings.Length && Strings.Zip(other.Strings).All(p => p.First.Span.SequenceEqual(p.Second.Span));

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var text in Strings)
        {
            hash.AddBytes(text.Span);
        }

        return hash.ToHashCode();
    }

    public override byte[] Canonical()
    {
        var bytes = new MemoryStream();
        foreach (var text in Strings)
        {
            bytes.WriteByte((byte)text.Length);
            bytes.Write(text.Span);
        }

        return bytes.ToArray();
    }
}
