using Akka.Configuration;
using Akka.Event;
using Meshara.Actors;
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

    private static readonly string[] Levels = [Off, "ERROR", Default, "INFO", Debug];

    /// <exception cref="MesharaStartException">It is no level.</exception>
    public static string Of(Config configuration)
    {
        var text = configuration.IsEmpty ? Default : configuration.GetString(Name, Default).ToUpperInvariant();
        return Levels.Contains(text) ? text
            : throw new MesharaStartException($"{Name} = \"{Text.Clean(text)}\" is refused: it must be one of {string.Join(", ", Levels)}.");
    }

    /// <summary>By which the actor system has to run.</summary>
    public static string OfSystem(string level) => level == Debug ? Debug : "INFO";

    /// <summary>The least that is logged; null: nothing.</summary>
    public static LogLevel? Threshold(string level) => level == Off ? null : Enum.Parse<LogLevel>($"{level}Level", ignoreCase: true);
}
