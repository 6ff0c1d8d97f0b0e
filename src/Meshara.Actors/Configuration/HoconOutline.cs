using System.Collections.Immutable;

namespace Meshara.Actors.Configuration;

/// <summary>A text that is no HOCON. The message says what is wrong on <see cref="Line"/>.</summary>
internal sealed class HoconSyntaxException(int line, string message) : FormatException(message)
{
    /// <summary>Counted from 1.</summary>
    public int Line { get; } = line;
}

/// <summary>
/// Reads where each key of a HOCON text stands, and refuses what Akka's parser would misread. That parser keeps no line numbers,
/// passes over a missing brace or an unterminated text in silence, and never returns from some others (<c>a = [::]:0</c>); so
/// every text that an operator wrote goes through here first.
/// </summary>
internal sealed class HoconOutline
{
    /// <summary>Deeper than any configuration; a stack that overflows can't be caught.</summary>
    private const int MaxDepth = 64;

    /// <summary>What cannot stand in a key or a value without quotes (HOCON.md, "Unquoted strings"); a key ends at a dot too.</summary>
    private const string Reserved = "$\"{}[]:=,#`^?!@*&\\";

    private readonly HoconCursor _at;
    private readonly Dictionary<string, int> _lines = [];
    private int _depth;

    private HoconOutline(string text) => _at = new HoconCursor(text);

    /// <summary>The line of the last occurrence of each value, by its path; the elements of a list are <c>path[0]</c>, <c>path[1]</c>, ...</summary>
    /// <exception cref="HoconSyntaxException">The text is no HOCON.</exception>
    public static ImmutableDictionary<string, int> Read(string text)
    {
        var outline = new HoconOutline(text);
        outline.ReadRoot();
        return outline._lines.ToImmutableDictionary();
    }

    /// <summary>A path and one more key, which stands in quotes if it has a dot itself.</summary>
    public static string Join(string path, string key)
    {
        var name = key.Contains('.', StringComparison.Ordinal) ? $"\"{key}\"" : key;
        return path.Length == 0 ? name : $"{path}.{name}";
    }

    private void ReadRoot()
    {
        _at.SkipSpace();
        if (_at.Peek() == '{')
        {
            ReadObject("");
            _at.SkipSpace();
            if (!_at.AtEnd)
            {
                throw _at.Unexpected("after the closing '}' of the whole");
            }

            return;
        }

        ReadFields("", opened: null);
    }

    private void ReadObject(string path)
    {
        var opened = _at.Line;
        Enter();
        _at.Take();
        ReadFields(path, opened);
        _depth--;
    }

    private void ReadFields(string path, int? opened)
    {
        while (true)
        {
            _at.SkipSpace();
            if (_at.AtEnd)
            {
                if (opened is { } line)
                {
                    throw new HoconSyntaxException(line, "the '{' on this line is never closed.");
                }

                return;
            }

            if (_at.Peek() == '}')
            {
                if (opened is null)
                {
                    throw new HoconSyntaxException(_at.Line, "this '}' closes nothing.");
                }

                _at.Take();
                return;
            }

            ReadField(path);
        }
    }

    private void ReadField(string path)
    {
        var line = _at.Line;
        do
        {
            path = Join(path, ReadKey());
        }
        while (_at.TakeIf('.'));

        _at.SkipSpace();
        if (_at.Peek() == '{')
        {
            ReadObject(path);
            return;
        }

        if (!_at.TakeIf('=') && !_at.TakeIf(':'))
        {
            throw new HoconSyntaxException(line, $"'{path}' has no value; write KEY = VALUE or KEY {{ ... }}.");
        }

        _at.SkipSpace();
        _lines[path] = _at.Line;
        ReadValue(path);
        _at.SkipBlanks();
        if (!_at.TakeIf(',') && !_at.AtLineEnd && _at.Peek() != '}')
        {
            throw _at.Unexpected($"after the value of '{path}'; values on one line are parted by commas");
        }
    }

    private string ReadKey()
    {
        _at.SkipBlanks();
        if (_at.Peek() == '"')
        {
            var quoted = _at.TakeQuoted();
            _at.SkipBlanks();
            return quoted;
        }

        var line = _at.Line;
        var key = _at.TakeWhile(c => c != '\n' && c != '.' && !Reserved.Contains(c, StringComparison.Ordinal)).Trim();
        return key switch
        {
            "include" when _at.Peek() == '"' =>
                throw new HoconSyntaxException(line, "'include' is not supported; name several files instead, the last one wins."),
            "" => throw _at.Unexpected("where a key should stand"),
            _ when key.EndsWith('+') => throw new HoconSyntaxException(line, "'+=' is not supported; write the whole list."),
            _ => key,
        };
    }

    private void ReadValue(string path)
    {
        var parts = 0;
        var whole = false;
        for (var first = _at.Peek(); ReadPart(path); first = _at.Peek())
        {
            // Akka takes one of the parts and drops the other.
            whole |= first is '{' or '[';
            if (++parts > 1 && whole)
            {
                throw new HoconSyntaxException(_at.Line, $"'{path}': a block or a list cannot be joined with another value.");
            }

            _at.SkipBlanks();
        }

        if (parts == 0)
        {
            throw new HoconSyntaxException(_at.Line, $"'{path}' has no value.");
        }
    }

    private bool ReadPart(string path)
    {
        switch (_at.Peek())
        {
            case '{':
                ReadObject(path);
                return true;
            case '[':
                ReadList(path);
                return true;
            case '"':
                _ = _at.StartsWith("\"\"\"") ? _at.TakeTripleQuoted() : _at.TakeQuoted();
                return true;
            case '$':
                ReadSubstitution(path);
                return true;
            default:
                return ReadUnquoted();
        }
    }

    private bool ReadUnquoted()
    {
        var text = _at.TakeWhile(c => !char.IsWhiteSpace(c) && !Reserved.Contains(c, StringComparison.Ordinal));
        if (text.Length > 0 && ":=`^?!@*&\\".Contains(_at.Peek(), StringComparison.Ordinal))
        {
            throw new HoconSyntaxException(_at.Line, $"a value with '{_at.Peek()}' in it needs double quotes ({text}{_at.Peek()}...).");
        }

        return text.Length > 0;
    }

    private void ReadSubstitution(string path)
    {
        if (!_at.StartsWith("${") || _at.StartsWith("${?"))
        {
            throw new HoconSyntaxException(
                _at.Line, $"'{path}': only ${{path}} is supported here, a path of the same file; environment variables are not.");
        }

        _at.Take();
        _at.Take();
        var name = _at.TakeWhile(c => !char.IsWhiteSpace(c) && !Reserved.Contains(c, StringComparison.Ordinal));
        if (name.Length == 0 || !_at.TakeIf('}'))
        {
            throw new HoconSyntaxException(_at.Line, $"'{path}': the '${{' is never closed.");
        }
    }

    private void ReadList(string path)
    {
        var opened = _at.Line;
        Enter();
        _at.Take();
        for (var i = 0; ; i++)
        {
            _at.SkipSpace();
            if (_at.AtEnd)
            {
                throw new HoconSyntaxException(opened, $"the '[' of '{path}' is never closed.");
            }

            if (_at.TakeIf(']'))
            {
                _depth--;
                return;
            }

            if (_at.Peek() is ',' or '}' or '=' or ':')
            {
                throw _at.Unexpected($"in the list '{path}'");
            }

            var element = $"{path}[{i}]";
            _lines[element] = _at.Line;
            ReadValue(element);
            _at.SkipBlanks();
            _at.TakeIf(',');
        }
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new HoconSyntaxException(_at.Line, $"blocks and lists are nested more than {MaxDepth} deep.");
        }
    }
}
