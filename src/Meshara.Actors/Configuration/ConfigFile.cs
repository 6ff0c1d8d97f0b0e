using System.Text.RegularExpressions;
using Akka.Configuration;

namespace Meshara.Actors.Configuration;

/// <summary>A HOCON file that a person wrote, and where in it a key stands: the parser itself does not remember.</summary>
internal sealed partial class ConfigFile
{
    /// <summary>More than this is no configuration. In bytes.</summary>
    private const int MaxSize = 1024 * 1024;

    private readonly string _text;

    private ConfigFile(string path, string text, Config config) => (Path, _text, Config) = (path, text, config);

    public string Path { get; }

    public Config Config { get; }

    /// <exception cref="MesharaStartException">It is missing, unreadable, too large, or no HOCON.</exception>
    public static ConfigFile Load(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxSize })
            {
                throw new MesharaStartException($"The configuration {path} has more than {MaxSize} bytes; that is no configuration.");
            }

            var text = File.ReadAllText(path);
            return text.Contains('\0')
                ? throw new MesharaStartException($"The configuration {path} is no text.")
                : new ConfigFile(path, text, ConfigurationFactory.ParseString(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MesharaStartException($"The configuration {path} cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is ConfigurationException or FormatException or InvalidOperationException)
        {
            throw new MesharaStartException($"The configuration {path} is no HOCON: {e.GetBaseException().Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>The line on which the key is set last, from 1; null if the file does not set it.</summary>
    public int? LineOf(string key)
    {
        var blocks = new Stack<string>();
        int? found = null;
        var number = 0;
        foreach (var raw in _text.Split('\n'))
        {
            number++;
            var line = Comment().Replace(raw, "");
            foreach (Match token in Token().Matches(line))
            {
                if (token.Value == "}")
                {
                    blocks.TryPop(out _);
                    continue;
                }

                var name = token.Groups["key"].Value.Replace("\"", "", StringComparison.Ordinal);
                var full = string.Join('.', blocks.Reverse().Where(b => b.Length > 0).Append(name).Where(n => n.Length > 0));
                found = full == key ? number : found;
                if (token.Groups["open"].Success)
                {
                    blocks.Push(name);
                }
            }
        }

        return found;
    }

    [GeneratedRegex(@"(#|//).*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<key>[A-Za-z0-9_.""-]+)\s*(?:(?:[=:]\s*)?(?<open>\{)|[=:])|(?<key>)(?<open>\{)|\}")]
    private static partial Regex Token();
}
