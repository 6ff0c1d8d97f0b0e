using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Meshara.Actors.Configuration;
using Meshara.Actors.Discovery;
using Meshara.Node.Control;
using Meshara.Node.Output;

namespace Meshara.Node.Commands;

/// <summary><c>meshara discover</c>: who is on the local network. A running node is asked, which knows already; without one, this looks itself.</summary>
internal static class DiscoverCommand
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromHours(1);

    public static Command Make()
    {
        var (data, json) = (CommandLine.Data(), CommandLine.AsJson());
        var length = new Option<string>("--for")
        {
            Description = "How long to look when no node is running here, such as 3s or 500ms.", HelpName = "TIME", DefaultValueFactory = _ => "3s",
        };
        length.Validators.Add(result =>
        {
            if (!TryParse(result.GetValueOrDefault<string>(), out _))
            {
                result.AddError("--for: a time from 100ms to 1h, such as 3s or 500ms.");
            }
        });
        var command = new Command("discover", "List the nodes that are on the local network now.\n\nExample: meshara discover --for 3s") { data, json, length };
        command.SetAction(async (parsed, cancellation) =>
        {
            var time = TryParse(parsed.GetValue(length), out var given) ? given : throw new InvalidOperationException("The option was validated.");
            return await RunAsync(SteeringCommands.FolderOf(parsed.GetValue(data)), time, parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(string folder, TimeSpan length, bool json, CancellationToken cancellation)
    {
        try
        {
            var answer = await FromNodeAsync(folder, cancellation) ?? await LookAsync(length, cancellation);
            if (answer["error"] is JsonObject error)
            {
                Console.Error.WriteLine($"{error["reason"]}: {error["message"]}");
                return CommandLine.Failed;
            }

            if (json)
            {
                Console.WriteLine(Json.Line(answer));
            }
            else
            {
                Text.Nodes(answer);
            }

            return CommandLine.Done;
        }
        catch (IOException e)
        {
            Console.Error.WriteLine(e.Message);
            return CommandLine.Failed;
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine($"unreachable: The local network cannot be asked, because port 5353 cannot be shared: {e.Message}");
            return CommandLine.Failed;
        }
    }

    private static async Task<JsonObject?> FromNodeAsync(string folder, CancellationToken cancellation)
    {
        var answers = await ControlClient.AskAsync(folder, new JsonObject { ["command"] = "discover" }, cancellation);
        if (answers is not null)
        {
            await foreach (var answer in answers)
            {
                return answer;
            }
        }

        return null;
    }

    private static async Task<JsonObject> LookAsync(TimeSpan length, CancellationToken cancellation)
    {
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        var nodes = await LanScan.RunAsync(new MdnsSettings(), length, TimeProvider.System, random, cancellation);
        return Json.Of(nodes, TimeProvider.System.GetUtcNow());
    }

    private static bool TryParse(string? text, out TimeSpan time)
    {
        var units = new (string Unit, double Milliseconds)[] { ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000) };
        time = TimeSpan.Zero;
        foreach (var (unit, milliseconds) in units)
        {
            if (text is not null && text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * milliseconds <= Longest.TotalMilliseconds)
            {
                time = TimeSpan.FromMilliseconds(number * milliseconds);
                return time >= Shortest;
            }
        }

        return false;
    }
}
