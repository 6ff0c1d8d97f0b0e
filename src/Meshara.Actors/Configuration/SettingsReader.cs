using System.Collections.Immutable;
using System.Globalization;
using Akka.Configuration.Hocon;

namespace Meshara.Actors.Configuration;

/// <summary>Reads values of the layers into types, and notes every one that is refused: they are reported together.</summary>
internal sealed class SettingsReader(ConfigurationLayers layers, string block)
{
    /// <summary>More lines than a person wants to read at once.</summary>
    private const int MaxProblems = 20;

    private const int MaxShown = 80;

    private readonly List<string> _problems = [];
    private readonly HashSet<string> _read = [];

    /// <summary>The keys that were asked for.</summary>
    public IReadOnlySet<string> Read => _read;

    /// <summary>A parser of this library's own: false, and one sentence on what is wrong.</summary>
    public delegate bool Parser<T>(string text, out T? value, out string? error);

    /// <summary>Reads a text that <paramref name="allowed"/> admits.</summary>
    public string Text(string key, Func<string, bool> allowed, string what)
    {
        var text = Scalar(key, what);
        if (text is null || allowed(text))
        {
            return text ?? "";
        }

        Refuse(key, text, what);
        return "";
    }

    /// <summary>Reads a value of which <paramref name="parser"/> knows the form.</summary>
    public T Parsed<T>(string key, Parser<T> parser, T otherwise, string what)
    {
        if (Scalar(key, what) is not { } text)
        {
            return otherwise;
        }

        if (parser(text, out var value, out var error))
        {
            return value!;
        }

        Refuse(key, text, what, error);
        return otherwise;
    }

    /// <summary>Reads a list, each element of which is read by <paramref name="parser"/>.</summary>
    public ImmutableArray<T> List<T>(string key, Parser<T> parser, int most, string what)
    {
        _read.Add(key);
        if (layers[key] is not { } value)
        {
            return [];
        }

        var must = $"must be a list of at most {most}, each {what}";
        if (!value.Values.Any(IsList))
        {
            Refuse(key, Shown(value), must);
            return [];
        }

        var elements = value.GetArray();
        if (elements.Count > most)
        {
            Refuse(key, $"a list of {elements.Count}", must);
            return [];
        }

        var read = ImmutableArray.CreateBuilder<T>();
        foreach (var element in elements)
        {
            var text = element.GetString();
            string? error = null;
            if (text is not null && parser(text, out var parsed, out error))
            {
                read.Add(parsed!);
            }
            else
            {
                Note(LocatedLiteral.OriginOf(element) ?? LocatedLiteral.OriginOf(value), key, text ?? Shown(element), must, error);
            }
        }

        return read.ToImmutable();
    }

    /// <summary>Reads a whole number.</summary>
    public int Integer(string key, int least, int most)
    {
        var what = $"must be a whole number from {least} to {most}";
        return (int)Number(key, what, least, most, text => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    /// <summary>Reads a number.</summary>
    public double Real(string key, double least, double most)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"must be a number from {least} to {most}");
        return Number(key, what, least, most, text => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    /// <summary>Reads a size in bytes, <c>65536</c> or <c>64KiB</c>.</summary>
    public int Size(string key, int least, int most)
    {
        var what = $"must be a size from {HoconText.Bytes(least)} to {HoconText.Bytes(most)}, such as {HoconText.Bytes(least)} or {least}";
        return (int)Number(key, what, least, most, _ => layers[key]!.GetByteSize() ?? throw new FormatException());
    }

    /// <summary>Reads a time with its unit, such as <c>30s</c>.</summary>
    public TimeSpan Duration(string key, TimeSpan least, TimeSpan most)
    {
        var what = $"must be a time from {HoconText.Time(least)} to {HoconText.Time(most)}, with its unit: ms, s, m, h or d";
        var ms = Number(key, what, least.TotalMilliseconds, most.TotalMilliseconds, text => char.IsAsciiLetter(text[^1])
            ? layers[key]!.GetTimeSpan(allowInfinite: false).TotalMilliseconds
            : throw new FormatException());
        return TimeSpan.FromMilliseconds(ms);
    }

    /// <summary>Notes that the values of two keys don't go together; unless one of them was refused already.</summary>
    public void Require(bool holds, string key, string other, string relation)
    {
        if (!holds && !IsRefused(key) && !IsRefused(other))
        {
            var must = $"must be {relation} {block}.{other}, which is {Shown(layers[other])}";
            Note(OriginOf(key) ?? OriginOf(other), key, Shown(layers[key]), must, error: null);
        }
    }

    /// <summary>Notes that the value of <paramref name="key"/> is refused.</summary>
    public void Refuse(string key, string value, string what, string? error = null) => Note(OriginOf(key), key, value, what, error);

    /// <summary>Notes that nobody knows <paramref name="key"/>.</summary>
    public void RefuseUnknown(string key, string advice) =>
        _problems.Add($"{Prefix(OriginOf(key))}{block}.{Clean(key)} is no key of Meshara; {advice}");

    /// <exception cref="MesharaStartException">Something was refused; one line for each.</exception>
    public void ThrowIfRefused()
    {
        if (_problems.Count > 0)
        {
            var more = _problems.Count > MaxProblems ? [$"... and {_problems.Count - MaxProblems} more."] : Array.Empty<string>();
            throw new MesharaStartException(string.Join('\n', _problems.Take(MaxProblems).Concat(more)));
        }
    }

    private static bool IsList(IHoconElement element) =>
        element is HoconArray || (element is HoconSubstitution { ResolvedValue: { } resolved } && resolved.Values.Any(IsList));

    private static string Prefix(string? origin) => origin is null ? "" : $"{origin}: ";

    /// <summary>One line of a bounded length, whatever was configured.</summary>
    private static string Clean(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        return line.Length > MaxShown ? $"{line[..MaxShown]}..." : line;
    }

    private static string Shown(HoconValue? value) => value switch
    {
        null => "nothing",
        _ when value.Values.Any(IsList) => $"[{string.Join(", ", value.GetArray().Select(e => e.GetString() ?? "..."))}]",
        _ when value.IsObject() => "a block",
        _ => value.GetString() ?? "",
    };

    private double Number(string key, string what, double least, double most, Func<string, double> read)
    {
        if (Scalar(key, what) is not { } text)
        {
            return least;
        }

        try
        {
            if (text.Length > 0 && read(text) is var number && number >= least && number <= most)
            {
                return number;
            }
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            // Said below, as of any other number that is not admitted.
        }

        Refuse(key, text, what);
        return least;
    }

    private string? Scalar(string key, string what)
    {
        _read.Add(key);
        var value = layers[key];
        if (value is null)
        {
            return null;
        }

        if (!value.IsString())
        {
            Refuse(key, Shown(value), what);
            return null;
        }

        return value.GetString() ?? "";
    }

    private bool IsRefused(string key) => _problems.Any(p => p.Contains($"{block}.{key} = ", StringComparison.Ordinal));

    private string? OriginOf(string key) => layers[key] is { } value ? LocatedLiteral.OriginOf(value) : null;

    private void Note(string? origin, string key, string value, string what, string? error) =>
        _problems.Add($"{Prefix(origin)}{block}.{key} = \"{Clean(value)}\" is refused: {error ?? $"it {what}."}");
}
