using System.Globalization;
using Akka.Configuration;

namespace Meshara.Actors.Configuration;

/// <summary>Reads the keys of one block, and collects what is wrong with them instead of stopping at the first.</summary>
/// <param name="block">The block with the reference beneath it: every key is there.</param>
/// <param name="path">Its path, for what is said.</param>
/// <param name="whereIs">Where a key was set: <c>FILE:LINE</c>, or empty.</param>
internal sealed class SettingsReader(Config block, string path, Func<string, string> whereIs)
{
    /// <summary>More would not be read by anybody.</summary>
    private const int MaxProblems = 20;

    private readonly List<string> _problems = [];

    public IReadOnlyList<string> Problems => _problems;

    public string Text(string key) => Try(key, () => block.GetString(key), "a text") ?? "";

    public IReadOnlyList<string> List(string key) => Try(key, () => block.GetStringList(key).ToList(), "a list, such as [a, b]") ?? [];

    public TimeSpan Time(string key, TimeSpan atLeast, TimeSpan atMost)
    {
        var allowed = $"a time from {Show(atLeast)} to {Show(atMost)}, such as 30s, 10m or 500ms";
        var text = Text(key);
        var time = HasUnit(text) ? Try(key, () => block.GetTimeSpan(key, null, allowInfinite: false), allowed) : TimeSpan.MinValue;
        return time >= atLeast && time <= atMost ? time : Refuse(key, allowed, atLeast);
    }

    public int Number(string key, int atLeast, int atMost)
    {
        var allowed = $"a whole number from {atLeast} to {atMost}";
        return int.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= atLeast && number <= atMost
            ? number
            : Refuse(key, allowed, atLeast);
    }

    public double Points(string key, double atLeast, double atMost) =>
        double.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= atLeast && number <= atMost
            ? number
            : Refuse(key, $"a number from {atLeast.ToString(CultureInfo.InvariantCulture)} to {atMost.ToString(CultureInfo.InvariantCulture)}", atLeast);

    public int Size(string key, int atLeast, int atMost)
    {
        var allowed = $"a size from {atLeast} to {atMost} bytes, such as 4KiB or 1MiB";
        var size = Try(key, () => block.GetByteSize(key), allowed);
        return size >= atLeast && size <= atMost ? (int)size : Refuse(key, allowed, atLeast);
    }

    public delegate bool Parser<T>(string text, out T? value, out string? error);

    public T? Parsed<T>(string key, string text, Parser<T> parser)
    {
        if (parser(text, out var value, out var error))
        {
            return value;
        }

        Add(key, text, error!);
        return default;
    }

    public T Refuse<T>(string key, string allowed, T instead)
    {
        Add(key, Value(key), $"Allowed is {allowed}.");
        return instead;
    }

    public void Unknown(string key, string? meant) =>
        Say($"{path}.{key}{whereIs(key)} is no setting.{(meant is null ? "" : $" Did you mean {path}.{meant}?")}");

    private static bool HasUnit(string text) => text.Length > 0 && char.IsAsciiLetter(text[^1]);

    private static string Show(TimeSpan time) =>
        time.TotalDays >= 1 ? $"{time.TotalDays:0}d" : time.TotalHours >= 1 ? $"{time.TotalHours:0}h"
        : time.TotalSeconds >= 1 ? $"{time.TotalSeconds:0}s" : $"{time.TotalMilliseconds:0}ms";

    private T? Try<T>(string key, Func<T> read, string allowed)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ConfigurationException or FormatException or InvalidOperationException or OverflowException or ArgumentException)
        {
            return Refuse(key, allowed, default(T));
        }
    }

    private string Value(string key) => block.GetValue(key)?.ToString() ?? "";

    private void Add(string key, string value, string sentence) =>
        Say($"{path}.{key} = {(value.Length > 80 ? value[..80] + "..." : value)}{whereIs(key)}: {sentence}");

    private void Say(string problem)
    {
        var prefix = problem[..(problem.IndexOf(' ') is var space and > 0 ? space : problem.Length)];
        if (_problems.Count < MaxProblems && !_problems.Any(p => p.StartsWith(prefix + " ", StringComparison.Ordinal)))
        {
            _problems.Add(problem);
        }
    }
}
