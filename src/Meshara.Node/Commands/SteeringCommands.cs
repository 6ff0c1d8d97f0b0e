using System.CommandLine;
using System.Text.Json.Nodes;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Meshara.Node.Control;
using Meshara.Node.Output;
using Meshara.Node.Run;

namespace Meshara.Node.Commands;

/// <summary>The commands that speak to a running node.</summary>
internal static class SteeringCommands
{
    public static IEnumerable<Command> Make()
    {
        yield return Steer("status", "How the node is.", "meshara status", [], Text.Fields);
        yield return HealthCommand.Make();
        yield return NetcheckCommand.Make();
        yield return Steer("peers", "List the connected peers.", "meshara peers --json", [], Text.Peers);
        yield return Steer(
            "reload", "Read the configuration anew, take on what can be taken on while the node runs, and say what needs a restart.", "meshara reload", [],
            answer => Console.WriteLine(string.Join('\n', ReloadText.Lines(answer))));
        yield return Steer("page", "A link that opens the node's page in one browser, once.", "meshara page", [], answer => Console.WriteLine(answer["link"]));
        yield return new Command("peer", "Show, add and remove single peers.\n\nExample: meshara peer add 192.0.2.1:7373")
        {
            Steer("show", "All that is known of a peer.", "meshara peer show 3f9a1c --history", [Id()], BanText.Shown, "peer-show", History()),
            Steer("add", "Connect a peer, and keep it connected for ever.", "meshara peer add 192.0.2.1:7373", [Target()], Added, "peer-add"),
            Steer("remove", "Say goodbye to a peer, and keep it out.", "meshara peer remove 3f9a1c", [Id()], answer =>
                Console.WriteLine($"Removed {answer["peerId"]}."), "peer-remove"),
            BanCommands.Ban(), BanCommands.Unban(),
        };
        yield return BanCommands.Known();
        yield return BanCommands.Bans();
        yield return BanCommands.Why();
        yield return Steer("ping", "Ask a peer for a sign of life.", "meshara ping 3f9a1c", [Id()], answer => Console.WriteLine($"{answer["rttMs"]} ms"));
        yield return Steer("send", "Send a text to a peer.", "meshara send 3f9a1c chat hello",
            [Id(), new Argument<string>("channel"), new Argument<string>("text")], _ => Console.WriteLine("Queued."));
        var follow = new Option<bool>("--follow") { Description = "Go on with what happens from now on." };
        yield return Steer("events", "What happened lately.", "meshara events --follow", [], e => Console.WriteLine(Text.Event(e)), flag: follow);
    }

    /// <summary>The data folder that a person named, or the default one.</summary>
    public static string FolderOf(string? data) => DataFolder.PathOf(data ?? "");

    internal static void Added(JsonObject answer)
    {
        Console.WriteLine(answer["peerId"]);
        if (answer["alreadyConnected"]!.GetValue<bool>())
        {
            Console.Error.WriteLine("It was connected already; it is kept connected from now on.");
        }
    }

    internal static Command Steer(
        string name, string does, string example, Argument<string>[] arguments, Action<JsonObject> print, string? request = null,
        Option<bool>? flag = null, Option<string?>[]? options = null, Func<JsonObject, int>? exit = null)
    {
        var (data, json) = (CommandLine.Data(), CommandLine.AsJson());
        var command = new Command(name, $"{does}\n\nExample: {example}") { data, json };
        foreach (var argument in arguments)
        {
            command.Add(argument);
        }

        foreach (var option in options ?? [])
        {
            command.Add(option);
        }

        if (flag is not null)
        {
            command.Add(flag);
        }

        command.SetAction(async parsed =>
        {
            var question = new JsonObject { ["command"] = request ?? name };
            foreach (var argument in arguments)
            {
                question[argument.Name.ToLowerInvariant()] = parsed.GetValue(argument);
            }

            foreach (var option in options ?? [])
            {
                question[option.Name.TrimStart('-')] = parsed.GetValue(option);
            }

            var isSet = flag is not null && parsed.GetValue(flag);
            var follows = isSet && flag!.Name == "--follow";
            using var stop = new StopSignals(follows);
            if (flag is not null)
            {
                question[flag.Name.TrimStart('-')] = isSet;
            }

            if (follows)
            {
                OutputPipe.WhenClosed(stop.Stop);
            }

            return await AskAsync(FolderOf(parsed.GetValue(data)), question, parsed.GetValue(json), print, stop.Token, exit: exit);
        });
        return command;
    }

    /// <summary>Asks the node of a folder and prints what it answers; where none runs, <paramref name="withoutNode"/> may have something else to do.</summary>
    /// <param name="exit">The exit code that an answer means; null: whether there was one.</param>
    internal static async Task<int> AskAsync(
        string folder, JsonObject question, bool json, Action<JsonObject> print, CancellationToken cancellation, Func<Task<int>>? withoutNode = null,
        Func<JsonObject, int>? exit = null)
    {
        try
        {
            if (await ControlClient.AskAsync(folder, question, cancellation) is not { } answers)
            {
                if (withoutNode is not null)
                {
                    return await withoutNode();
                }

                Console.Error.WriteLine($"No node is running in {folder}. Start one with: meshara run --data {folder}");
                return CommandLine.NoNode;
            }

            var answered = question["follow"] is not null;
            var code = CommandLine.Done;
            await foreach (var answer in answers)
            {
                answered = true;
                if (answer["error"] is JsonObject error)
                {
                    Console.Error.WriteLine($"{error["reason"]}: {error["message"]}");
                    return exit is not null ? exit(answer) : $"{error["reason"]}" == "usage" ? CommandLine.WrongUsage : CommandLine.Failed;
                }

                if (json)
                {
                    Console.WriteLine(Json.Line(answer));
                }
                else
                {
                    print(answer);
                }

                code = exit?.Invoke(answer) ?? CommandLine.Done;
            }

            return answered ? code : Failed($"{Json.NoAnswer}: The node ended before it answered.");
        }
        catch (IOException e)
        {
            return Failed(e.Message);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C is how following ends.
            return CommandLine.Done;
        }
    }

    private static int Failed(string message)
    {
        Console.Error.WriteLine(message);
        return CommandLine.Failed;
    }

    private static Argument<string> Id() => new("id") { Description = "A node id, or its first 6 or more digits.", HelpName = "ID" };

    private static Option<bool> History() => new("--history") { Description = "How its reputation came about." };

    private static Argument<string> Target()
    {
        var target = new Argument<string>("target") { Description = "Where the peer listens, and who it must be.", HelpName = "HOST:PORT[@NODE-ID]" };
        target.Validators.Add(result =>
        {
            if (!PeerTarget.TryParse(result.GetValueOrDefault<string>(), out _, out var error))
            {
                result.AddError(error);
            }
        });
        return target;
    }
}
