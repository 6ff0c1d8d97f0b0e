using System.Globalization;
using System.Text;

namespace Meshara.Mdns.Dns;

/// <summary>
/// Names as text (RFC 1035 section 5.1): labels with dots between; <c>\.</c> and <c>\\</c> are a dot and a backslash within a
/// label, <c>\ddd</c> is the byte of that decimal number.
/// </summary>
internal static class NameText
{
    /// <exception cref="FormatException">It is no name; the message says why.</exception>
    public static DomainName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == ".")
        {
            return DomainName.Root;
        }

        var (wire, label) = (new List<byte>(), new List<byte>());
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '.')
            {
                EndLabel(wire, label);
                at++;
            }
            else
            {
                at += text[at] == '\\' ? 1 + Unescape(text, at + 1, label) : Literal(text, at, label);
            }
        }

        // After a final dot there is no label any more; of no text at all an empty one.
        if (label.Count > 0 || wire.Count == 0)
        {
            EndLabel(wire, label);
        }

        return DomainName.OfLabels(wire);
    }

    /// <summary>
    /// What <see cref="Parse"/> makes this name of, byte by byte; anything that could disturb a log or a terminal is escaped.
    /// </summary>
    public static string Of(DomainName name)
    {
        if (name.IsRoot)
        {
            return ".";
        }

        var text = new StringBuilder(name.WireLength);
        for (var rest = name; !rest.IsRoot; rest = rest.Parent)
        {
            if (text.Length > 0)
            {
                text.Append('.');
            }

            Escape(rest.FirstLabelBytes, text);
        }

        return text.ToString();
    }

    private static void EndLabel(List<byte> wire, List<byte> label)
    {
        if (!DomainName.TryAppend(wire, [.. label], out var problem))
        {
            throw new FormatException(problem);
        }

        label.Clear();
    }

    // Both answer how many characters they took.
    private static int Literal(string text, int at, List<byte> label)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune))
        {
            throw new FormatException("A domain name has half a surrogate pair.");
        }

        Span<byte> bytes = stackalloc byte[4];
        label.AddRange(bytes[..rune.EncodeToUtf8(bytes)]);
        return rune.Utf16SequenceLength;
    }

    private static int Unescape(string text, int at, List<byte> label)
    {
        if (at == text.Length)
        {
            throw new FormatException("A domain name ends with a backslash that escapes nothing.");
        }

        if (!char.IsAsciiDigit(text[at]))
        {
            return Literal(text, at, label);
        }

        var digits = text.AsSpan(at, Math.Min(3, text.Length - at));
        if (digits.Length < 3 || !byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            throw new FormatException("A backslash in a domain name has a number after it that is not three digits up to 255.");
        }

        label.Add(value);
        return 3;
    }

    private static void Escape(ReadOnlySpan<byte> label, StringBuilder text)
    {
        while (!label.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(label, out var rune, out var taken) == System.Buffers.OperationStatus.Done;
            if (valid && IsPlain(rune))
            {
                text.Append(rune.Value is '.' or '\\' ? "\\" : "").Append(rune.ToString());
            }
            else
            {
                foreach (var b in label[..taken])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\{b:d3}");
                }
            }

            label = label[taken..];
        }
    }

    // Control characters move the cursor, format characters turn the direction of text around, separators break the line.
    private static bool IsPlain(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
