using System.Globalization;
using System.Text;

namespace Meshara.Actors.Configuration;

/// <summary>A place in a HOCON text, and the steps that lead on from it.</summary>
internal sealed class HoconCursor(string text)
{
    private int _index;

    /// <summary>Counted from 1.</summary>
    public int Line { get; private set; } = 1;

    public bool AtEnd => _index >= text.Length;

    /// <summary>Nothing but a comment may follow on this line.</summary>
    public bool AtLineEnd => AtEnd || text[_index] == '\n' || StartsWith("\r\n") || AtComment;

    private bool AtComment => StartsWith("#") || StartsWith("//");

    /// <summary>The character here; <c>\0</c> at the end.</summary>
    public char Peek() => AtEnd ? '\0' : text[_index];

    public bool StartsWith(string what) => string.CompareOrdinal(text, _index, what, 0, what.Length) == 0;

    public char Take()
    {
        var c = text[_index++];
        Line += c == '\n' ? 1 : 0;
        return c;
    }

    public bool TakeIf(char c)
    {
        if (AtEnd || text[_index] != c)
        {
            return false;
        }

        Take();
        return true;
    }

    /// <summary>What follows, as long as it fits and no comment begins.</summary>
    public string TakeWhile(Func<char, bool> fits)
    {
        var from = _index;
        while (!AtEnd && !AtComment && fits(text[_index]))
        {
            Take();
        }

        return text[from.._index];
    }

    /// <summary>Passes over what may stand inside a value; other white space ends it, for Akka's parser too.</summary>
    public void SkipBlanks()
    {
        while (Peek() is ' ' or '\t')
        {
            Take();
        }
    }

    /// <summary>Passes over white space and comments, on this line and the next ones.</summary>
    public void SkipSpace()
    {
        while (!AtEnd && (char.IsWhiteSpace(Peek()) || AtComment))
        {
            if (AtComment)
            {
                while (!AtEnd && Peek() != '\n')
                {
                    Take();
                }
            }
            else
            {
                Take();
            }
        }
    }

    /// <summary>Takes a text in double quotes, without them. It ends on its line, so that a forgotten quote is found where it is.</summary>
    public string TakeQuoted()
    {
        var line = Line;
        var content = new StringBuilder();
        Take();
        while (!AtEnd && Peek() != '\n')
        {
            switch (Take())
            {
                case '"':
                    return content.ToString();
                case '\\':
                    content.Append(TakeEscaped(line));
                    break;
                case var c:
                    content.Append(c);
                    break;
            }
        }

        throw new HoconSyntaxException(line, "a '\"' on this line is never closed.");
    }

    /// <summary>Takes a text in triple quotes, which may span lines.</summary>
    public string TakeTripleQuoted()
    {
        var line = Line;
        var end = text.IndexOf("\"\"\"", _index + 3, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new HoconSyntaxException(line, "the '\"\"\"' on this line is never closed.");
        }

        var content = text[(_index + 3)..end];
        while (_index < end + 3)
        {
            Take();
        }

        return content;
    }

    public HoconSyntaxException Unexpected(string where) => new(
        Line, AtEnd ? $"the text ends {where}." : Peek() is '\n' or '\r' ? $"the line ends {where}." : $"unexpected {Shown(Peek())} {where}.");

    private static string Shown(char c) => c is > ' ' and < '\u007f' ? $"'{c}'" : $"U+{(int)c:X4}";

    private char TakeEscaped(int line)
    {
        var escape = AtEnd ? '\0' : Take();
        var plain = "\"\\/bfnrt".IndexOf(escape, StringComparison.Ordinal);
        if (plain >= 0)
        {
            return "\"\\/\b\f\n\r\t"[plain];
        }

        if (escape == 'u' && _index + 4 <= text.Length
            && ushort.TryParse(text.AsSpan(_index, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            _index += 4;
            return (char)code;
        }

        throw new HoconSyntaxException(line, $"'\\{escape}' is no escape in a quoted text; a backslash is written '\\\\'.");
    }
}
