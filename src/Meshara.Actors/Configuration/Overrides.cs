using System.Diagnostics.CodeAnalysis;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Meshara.Actors.Configuration;

/// <summary>Configuration made of command line options. What is refused of it later is reported with the option as its origin.</summary>
internal static class Overrides
{
    /// <summary>
    /// Reads <c>KEY=VALUE</c>: KEY is relative to the node's block, or begins with its name; VALUE is taken as it stands, or is a
    /// list in brackets, whose elements need no quotes either.
    /// </summary>
    /// <exception cref="FormatException">With what is wrong.</exception>
    public static Config FromSet(string text, string name = Mesh.DefaultName) =>
        TryFromSet(text, out var config, out var error, name) ? config : throw new FormatException(error);

    /// <summary>The same; otherwise <paramref name="error"/> says in one sentence what is wrong.</summary>
    public static bool TryFromSet(
        string text, [NotNullWhen(true)] out Config? config, [NotNullWhen(false)] out string? error, string name = Mesh.DefaultName)
    {
        config = null;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? "" : text[..equals].Trim();
        key = key.StartsWith($"{name}.", StringComparison.Ordinal) ? key[(name.Length + 1)..] : key;
        if (key.Length == 0 || key.Split('.').Any(k => k.Length == 0 || k.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))))
        {
            error = $"'{text}' is no KEY=VALUE, such as heartbeat.interval=5s.";
            return false;
        }

        error = null;
        config = Make(key, Read(text[(equals + 1)..].Trim()), $"--set {key}", name);
        return true;
    }

    /// <summary>One value, as it stands.</summary>
    public static Config Value(string key, string value, string option, string name = Mesh.DefaultName) =>
        Make(key, new HoconLiteral { Value = value }, option, name);

    /// <summary>A list of values, each as it stands.</summary>
    public static Config List(string key, IEnumerable<string> values, string option, string name = Mesh.DefaultName) =>
        Make(key, ListOf(values), option, name);

    /// <summary>
    /// The discovery methods that <paramref name="config"/> (or, if it names none, the reference) enables, some added and some
    /// taken out.
    /// </summary>
    public static Config Methods(
        Config? config, IEnumerable<string> add, IEnumerable<string> remove, string option, string name = Mesh.DefaultName)
    {
        const string Key = "discovery.enabled-methods";
        var layers = ConfigurationLayers.None.Over(config, name).Over(EmbeddedHocon.Reference, Mesh.DefaultName);
        var methods = layers[Key]!.GetArray().Select(v => v.GetString() ?? "").Union(add).Except(remove);
        return List(Key, methods, option, name);
    }

    private static IHoconElement Read(string value)
    {
        if (value.StartsWith('"'))
        {
            return TryHocon(value) ?? new HoconLiteral { Value = value };
        }

        // "[::]:0" is an address: a list ends with its bracket.
        return !value.StartsWith('[') || !value.EndsWith(']') ? new HoconLiteral { Value = value }
            : TryHocon(value) ?? ListOf(value[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(e => e.Length > 1 && e.StartsWith('"') && e.EndsWith('"') ? e[1..^1] : e));
    }

    /// <summary>The element that a text is in HOCON; null if it is none.</summary>
    private static IHoconElement? TryHocon(string value)
    {
        try
        {
            HoconOutline.Read($"value = {value}");
            return ConfigurationFactory.ParseString($"value = {value}\n\n").GetValue("value").Values[0];
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static HoconArray ListOf(IEnumerable<string> values) =>
        [.. values.Select(v => new HoconValue([new HoconLiteral { Value = v }]))];

    private static Config Make(string key, IHoconElement element, string option, string name)
    {
        var value = new HoconValue([element]);
        foreach (var part in key.Split('.').Reverse())
        {
            value = new HoconValue([new HoconObject { Items = { [part] = value } }]);
        }

        value = new HoconValue([new HoconObject { Items = { [name] = value } }]);
        LocatedLiteral.Locate(value, _ => option);
        return new Config(new HoconRoot(value));
    }
}
