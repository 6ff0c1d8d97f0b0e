using Akka.Configuration;
using Akka.Event;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Node.Output;

namespace Meshara.Node.Run;

/// <summary>
/// <c>akka.loglevel</c> of the files that an operator names. Akka's own actors look at it once, when they start; so the actor system runs by INFO, or
/// by DEBUG if that was said at the start, and the log leaves out what is beneath the level.
/// </summary>
internal static class LogLevelKey
{
    public const string Name = "akka.loglevel", Default = "WARNING", Debug = "DEBUG";

    private const string Off = "OFF";

    private const int MaxShown = 40;

    private static readonly string[] Levels = [Off, "ERROR", Default, "INFO", Debug];

    /// <exception cref="MesharaStartException">It is no level.</exception>
    public static string Of(Config configuration)
    {
        if (configuration.IsEmpty || !ConfigurationLayers.Leaves(configuration).TryGetValue(Name, out var value))
        {
            return Default;
        }

        var text = Text.Clean(value.IsString() ? value.GetString() ?? "" : "a list");
        if (Levels.FirstOrDefault(l => l.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } level)
        {
            return level;
        }

        var place = LocatedLiteral.OriginOf(value) is { } origin ? $"{origin}: " : "";
        var shown = text.Length > MaxShown ? $"{text[..MaxShown]}..." : text;
        throw new MesharaStartException($"{place}{Name} = \"{shown}\" is refused: it must be one of {string.Join(", ", Levels)}.");
    }

    /// <summary>By which the actor system has to run.</summary>
    public static string OfSystem(string level) => level == Debug ? Debug : "INFO";

    /// <summary>The least that is logged; null: nothing.</summary>
    public static LogLevel? Threshold(string level) => level == Off ? null : Enum.Parse<LogLevel>($"{level}Level", ignoreCase: true);
}
