using System.Collections.Immutable;
using System.Text;

namespace Meshara.Mdns.Dns;

/// <summary>
/// A domain name (RFC 1035 section 3.1), kept as it was sent. Two names are equal when they differ in the case of ASCII letters only
/// (RFC 6762 section 16); every other byte counts as it is.
/// </summary>
internal sealed class DomainName : IEquatable<DomainName>
{
    /// <summary>Bytes of one label at most (RFC 1035 section 2.3.4).</summary>
    public const int MaxLabel = 63;

    /// <summary>Bytes on the wire at most, with the lengths and the final zero (RFC 1035 section 2.3.4).</summary>
    public const int MaxLength = 255;

    /// <summary>Uncompressed: each label after its length, then a zero. A length is below 'A', so folding the case of all bytes is safe.</summary>
    private readonly byte[] _wire;
    private readonly int _hash;

    private DomainName(byte[] wire)
    {
        _wire = wire;
        var hash = default(HashCode);
        foreach (var b in wire)
        {
            hash.Add(Fold(b));
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>The name without labels.</summary>
    public static DomainName Root { get; } = new([0]);

    /// <summary>Bytes on the wire, uncompressed.</summary>
    public int WireLength => _wire.Length;

    /// <summary>The name on the wire, uncompressed.</summary>
    public ReadOnlySpan<byte> Wire => _wire;

    /// <summary>The name without its first label; of the root, the root.</summary>
    public DomainName Parent => _wire.Length == 1 ? this : new DomainName(_wire[(1 + _wire[0])..]);

    /// <summary>The first label as text; what is no UTF-8 in it is replaced. Empty for the root.</summary>
    public string FirstLabel => Encoding.UTF8.GetString(_wire, Math.Min(1, _wire.Length - 1), _wire[0]);

    /// <summary>Of labels, which may contain dots.</summary>
    /// <exception cref="ArgumentException">A label is empty or has more than 63 bytes of UTF-8; the name has more than 255.</exception>
    public static DomainName Of(params string[] labels) =>
        OfLabels(labels.Select(Encoding.UTF8.GetBytes)) is var (name, error) && name is not null ? name : throw new ArgumentException(error, nameof(labels));

    /// <summary>Of text such as <c>_meshara._tcp.local</c>, with RFC 1035's escapes <c>\.</c>, <c>\\</c> and <c>\ddd</c>.</summary>
    /// <exception cref="FormatException">It is no name; the message says why.</exception>
    public static DomainName Parse(string text)
    {
        var labels = new List<byte[]>();
        var label = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when i + 3 < text.Length && text.AsSpan(i + 1, 3) is var digits && byte.TryParse(digits, out var value) && IsDigits(digits):
                    label.Add(value);
                    i += 3;
                    break;
                case '\\' when i + 1 < text.Length && !char.IsAsciiDigit(text[i + 1]):
                    i++;
                    AddText(label, text, ref i);
                    break;
                case '\\':
                    throw new FormatException($"'{text}' ends an escape too early: \\. or \\\\ or \\ and three digits up to 255.");
                case '.':
                    labels.Add([.. label]);
                    label.Clear();
                    break;
                default:
                    AddText(label, text, ref i);
                    break;
            }
        }

        if (label.Count > 0)
        {
            labels.Add([.. label]);
        }

        return text == "." ? Root : OfLabels(labels) is var (name, error) && name is not null ? name : throw new FormatException(error);
    }

    /// <summary>This name with <paramref name="label"/> before it.</summary>
    /// <exception cref="ArgumentException">As <see cref="Of"/>.</exception>
    public DomainName Child(string label)
    {
        var bytes = Encoding.UTF8.GetBytes(label);
        if (bytes.Length is 0 or > MaxLabel || bytes.Length + 1 + _wire.Length > MaxLength)
        {
            throw new ArgumentException($"A label has 1 to {MaxLabel} bytes, a name at most {MaxLength}.", nameof(label));
        }

        return new DomainName([(byte)bytes.Length, .. bytes, .. _wire]);
    }

    /// <summary>Whether it ends with <paramref name="ancestor"/>, and has more labels.</summary>
    public bool IsUnder(DomainName ancestor)
    {
        var at = 0;
        while (_wire.Length - at > ancestor._wire.Length)
        {
            at += 1 + _wire[at];
        }

        return at > 0 && Same(_wire.AsSpan(at), ancestor._wire);
    }

    public bool Equals(DomainName? other) => other is not null && _hash == other._hash && Same(_wire, other._wire);

    public override bool Equals(object? obj) => Equals(obj as DomainName);

    public override int GetHashCode() => _hash;

    /// <summary>As text without a final dot. What could move a cursor, and what is no ASCII, is escaped: it goes to logs.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var at = 0; _wire[at] > 0; at += 1 + _wire[at])
        {
            if (at > 0)
            {
                text.Append('.');
            }

            foreach (var b in _wire.AsSpan(at + 1, _wire[at]))
            {
                _ = b is (byte)'.' or (byte)'\\' ? text.Append('\\').Append((char)b)
                    : b is > 0x20 and < 0x7f ? text.Append((char)b)
                    : text.Append('\\').Append(b.ToString("D3", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return text.Length == 0 ? "." : text.ToString();
    }

    /// <summary>Of a valid uncompressed name.</summary>
    internal static DomainName OfWire(ReadOnlySpan<byte> wire) => wire.Length == 1 ? Root : new DomainName(wire.ToArray());

    /// <summary>Where each label begins, and so each name that this one ends with.</summary>
    internal IEnumerable<int> LabelStarts()
    {
        for (var at = 0; _wire[at] > 0; at += 1 + _wire[at])
        {
            yield return at;
        }
    }

    /// <summary>The name from the label at <paramref name="start"/> on.</summary>
    internal DomainName From(int start) => start == 0 ? this : new DomainName(_wire[start..]);

    private static (DomainName? Name, string? Error) OfLabels(IEnumerable<byte[]> labels)
    {
        var wire = ImmutableArray.CreateBuilder<byte>();
        foreach (var label in labels)
        {
            if (label.Length is 0 or > MaxLabel)
            {
                return (null, $"A label of a domain name has 1 to {MaxLabel} bytes, not {label.Length}.");
            }

            wire.Add((byte)label.Length);
            wire.AddRange(label);
        }

        wire.Add(0);
        return wire.Count > MaxLength ? (null, $"A domain name has at most {MaxLength} bytes, not {wire.Count}.") : (new DomainName([.. wire]), null);
    }

    private static void AddText(List<byte> label, string text, ref int i)
    {
        var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
        label.AddRange(Encoding.UTF8.GetBytes(text, i, length));
        i += length - 1;
    }

    private static bool IsDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;

    private static bool Same(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => Ascii.EqualsIgnoreCase(one, other) || SameBytes(one, other);

    /// <summary>For names that are no ASCII.</summary>
    private static bool SameBytes(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (Fold(one[i]) != Fold(other[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static byte Fold(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
