using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Meshara.Mdns.Dns;

/// <summary>
/// A domain name (RFC 1035 section 3.1). Its labels are kept as the bytes that were sent, mostly UTF-8 (RFC 6762 section 16);
/// equality and hash ignore the case of ASCII letters, and of no others.
/// </summary>
internal sealed class DomainName : IEquatable<DomainName>
{
    /// <summary>The longest label, in bytes: the two bits above mark a pointer (RFC 1035 section 4.1.4).</summary>
    public const int MaxLabel = 63;

    /// <summary>
    /// The longest name on the wire, in bytes, with its length bytes and the final zero (RFC 1035 section 3.1).
    /// </summary>
    public const int MaxWireLength = 255;

    // Throws for half a surrogate pair, which has no UTF-8: EncoderFallbackException is an ArgumentException.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _wire;

    private DomainName(ReadOnlyMemory<byte> wire) => _wire = wire;

    /// <summary>The name without labels.</summary>
    public static DomainName Root { get; } = new(new byte[1]);

    /// <summary>The bytes of the name on the wire, uncompressed.</summary>
    public ReadOnlySpan<byte> Wire => _wire.Span;

    /// <summary>The bytes of <see cref="Wire"/>, the final zero among them.</summary>
    public int WireLength => _wire.Length;

    /// <summary>Whether it has no labels.</summary>
    public bool IsRoot => _wire.Length == 1;

    /// <summary>The name without its first label; the root's is the root.</summary>
    public DomainName Parent => IsRoot ? this : new DomainName(_wire[(1 + Wire[0])..]);

    /// <summary>
    /// The first label as text, bytes that are not UTF-8 replaced; the root's is empty. Not escaped: not for logs.
    /// </summary>
    public string FirstLabel => Encoding.UTF8.GetString(FirstLabelBytes);

    /// <summary>The bytes of the first label; the root's are none.</summary>
    public ReadOnlySpan<byte> FirstLabelBytes => Wire.Slice(Math.Min(1, WireLength - 1), Wire[0]);

    /// <summary>The labels, first to last, without the root's. Made anew at each call.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Labels
    {
        get
        {
            var labels = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
            for (var at = 0; Wire[at] > 0; at += 1 + Wire[at])
            {
                labels.Add(_wire.Slice(at + 1, Wire[at]));
            }

            return labels.DrainToImmutable();
        }
    }

    /// <summary>
    /// A name from text such as <c>_meshara._tcp.local</c>, with or without the final dot (see <see cref="NameText"/>).
    /// </summary>
    /// <exception cref="FormatException">It is no name; the message says why.</exception>
    public static DomainName Parse(string text) => NameText.Parse(text);

    /// <summary>A name of these labels, in which a dot is a character like others. Of none it is the root.</summary>
    /// <exception cref="ArgumentException">A label is empty or over 63 bytes, or the name is over 255 bytes.</exception>
    public static DomainName Of(params string[] labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var wire = new List<byte>();
        foreach (var label in labels)
        {
            if (!TryAppend(wire, Utf8.GetBytes(label), out var problem))
            {
                throw new ArgumentException(problem, nameof(labels));
            }
        }

        return OfLabels(wire);
    }

    /// <summary>This name with one more label in front.</summary>
    /// <exception cref="ArgumentException">The label is empty or over 63 bytes, or the name gets over 255 bytes.</exception>
    public DomainName Child(string label)
    {
        var wire = new List<byte>();
        if (!TryAppend(wire, Utf8.GetBytes(label), out var problem))
        {
            throw new ArgumentException(problem, nameof(label));
        }

        return wire.Count + WireLength <= MaxWireLength
            ? new DomainName((byte[])[.. wire, .. Wire])
            : throw new ArgumentException(TooLong, nameof(label));
    }

    /// <summary>Whether this name is <paramref name="ancestor"/> with at least one more label in front.</summary>
    public bool IsUnder(DomainName ancestor)
    {
        var more = WireLength - ancestor.WireLength;
        var at = 0;
        while (at < more)
        {
            at += 1 + Wire[at];
        }

        // Where the ancestor's length would begin within a label, what is left from the next label on is shorter than it.
        return more > 0 && SameButForCase(Wire[at..], ancestor.Wire);
    }

    public bool Equals(DomainName? other) => other is not null && SameButForCase(Wire, other.Wire);

    public override bool Equals(object? obj) => Equals(obj as DomainName);

    public override int GetHashCode()
    {
        Span<char> folded = stackalloc char[WireLength];
        for (var i = 0; i < folded.Length; i++)
        {
            folded[i] = (char)Fold(Wire[i]);
        }

        // The hash of strings has a seed of its own in each process: nobody can send names that all fall into one bucket.
        return string.GetHashCode(folded);
    }

    /// <summary>
    /// Escaped, without the final dot (see <see cref="NameText"/>), so that it is fit for a log; the root is a dot.
    /// </summary>
    public override string ToString() => NameText.Of(this);

    /// <summary>The name of bytes that were judged before: labels, a zero, and 255 at most. They are copied.</summary>
    internal static DomainName OfWire(ReadOnlySpan<byte> wire) => wire.Length == 1 ? Root : new DomainName(wire.ToArray());

    /// <summary>The name of labels that <see cref="TryAppend"/> put together.</summary>
    internal static DomainName OfLabels(List<byte> labels) => labels.Count == 0 ? Root : new DomainName((byte[])[.. labels, 0]);

    /// <summary>Appends one label to a name that has no final zero yet.</summary>
    internal static bool TryAppend(List<byte> wire, byte[] label, [NotNullWhen(false)] out string? problem)
    {
        problem = label.Length switch
        {
            0 => "A label of a domain name is empty.",
            > MaxLabel => $"A label of a domain name is over {MaxLabel} bytes long.",
            var length when wire.Count + 1 + length + 1 > MaxWireLength => TooLong,
            _ => null,
        };
        if (problem is not null)
        {
            return false;
        }

        wire.Add((byte)label.Length);
        wire.AddRange(label);
        return true;
    }

    private static string TooLong => $"A domain name is over {MaxWireLength} bytes long.";

    private static bool SameButForCase(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (one[i] != other[i] && Fold(one[i]) != Fold(other[i]))
            {
                return false;
            }
        }

        return true;
    }

    // Length bytes may go through it too: they are 63 at most, and 'A' is 65.
    private static byte Fold(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
