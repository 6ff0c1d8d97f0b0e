using System.Text;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Meshara.Actors.Configuration;

/// <summary>A HOCON file that an operator wrote. Every value of it knows its line: see <see cref="LocatedLiteral"/>.</summary>
internal static class HoconFile
{
    /// <summary>Far more than any configuration; what is larger was named by mistake.</summary>
    public const int MaxSize = 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads <paramref name="path"/>.</summary>
    /// <exception cref="MesharaStartException">
    /// It cannot be read, is too large, is no text or no HOCON; one line with the file and, if known, the line.
    /// </exception>
    public static Config Load(string path) => Parse(ReadText(path), path);

    /// <summary>Reads a text that came from <paramref name="file"/>.</summary>
    /// <exception cref="MesharaStartException">It is no HOCON; one line.</exception>
    public static Config Parse(string text, string file)
    {
        try
        {
            var lines = HoconOutline.Read(text);

            // Akka's tokenizer does not see what stands at the very end of a text.
            var config = ConfigurationFactory.ParseString(text + "\n\n");
            if (config.Substitutions.Any(s => LeadsBackTo(s, s, [])))
            {
                throw new MesharaStartException($"{file}: a ${{...}} leads back to itself.");
            }

            LocatedLiteral.Locate(config.Root, path => lines.TryGetValue(path, out var line) ? $"{file}:{line}" : file);
            return config;
        }
        catch (HoconSyntaxException e)
        {
            throw new MesharaStartException($"{file}:{e.Line}: {e.Message}", e);
        }
        catch (Exception e) when (e is FormatException or ConfigurationException or NullReferenceException)
        {
            // What the outline lets pass and Akka does not, such as a substitution of a path that isn't there.
            throw new MesharaStartException($"{file}: no valid HOCON: {e.Message.Split('\n')[0].Trim()}", e);
        }
    }

    /// <summary>Akka would follow such a circle until the stack ends.</summary>
    private static bool LeadsBackTo(HoconSubstitution start, IHoconElement from, HashSet<IHoconElement> seen)
    {
        IEnumerable<IHoconElement> next = from switch
        {
            HoconSubstitution { ResolvedValue: { } resolved } => resolved.Values,
            HoconArray list => list.SelectMany(e => e.Values),
            HoconObject block => block.Items.Values.SelectMany(e => e.Values),
            _ => [],
        };
        return next.Any(e => e == start || (seen.Add(e) && LeadsBackTo(start, e, seen)));
    }

    private static string ReadText(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new MesharaStartException($"{path}: a folder, not a configuration file.");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var bytes = new byte[MaxSize + 1];
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (read > MaxSize)
            {
                throw new MesharaStartException($"{path}: larger than 1 MiB; that is no configuration file.");
            }

            var text = StrictUtf8.GetString(bytes.AsSpan(0, read)).TrimStart('\uFEFF');
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new MesharaStartException($"{path}: binary; a configuration file is UTF-8 text.")
                : text;
        }
        catch (DecoderFallbackException e)
        {
            throw new MesharaStartException($"{path}: not UTF-8; a configuration file is UTF-8 text.", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MesharaStartException($"{path}: there is no such configuration file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new MesharaStartException($"{path}: cannot be read: {e.Message}", e);
        }
    }
}
