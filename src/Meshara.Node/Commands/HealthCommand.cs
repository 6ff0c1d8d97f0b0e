using System.CommandLine;
using System.Text.Json.Nodes;
using Meshara.Node.Output;

namespace Meshara.Node.Commands;

/// <summary><c>meshara health</c>: for people, and for what watches over a service; the exit code is the level.</summary>
internal static class HealthCommand
{
    public const int Degraded = 1, Failing = 2;

    public static Command Make() => SteeringCommands.Steer(
        "health", "Whether anything is wrong, why, and what to do. Exit code 0 healthy, 1 degraded, 2 failing, 3 no node is running.",
        "meshara health", [], Print, exit: ExitOf);

    /// <summary>The exit code that is the level of the answer; an answer that there is none is the worst.</summary>
    public static int ExitOf(JsonObject answer) => Text.Get(answer, "level") switch { "healthy" => CommandLine.Done, "degraded" => Degraded, _ => Failing };

    private static void Print(JsonObject answer)
    {
        Console.WriteLine(Text.Get(answer, "level"));
        foreach (var finding in answer["findings"]!.AsArray().OfType<JsonObject>())
        {
            Console.WriteLine($"\n{Text.Get(finding, "name")}: {Text.Get(finding, "level")}");
            Console.WriteLine($"  {Text.Clean(Text.Get(finding, "cause"))}");
            if (finding["remedy"] is not null)
            {
                Console.WriteLine($"  {Text.Clean(Text.Get(finding, "remedy"))}");
            }
        }
    }
}
