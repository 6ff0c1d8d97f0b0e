using System.CommandLine;
using System.Text.Json.Nodes;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Core.Peers;
using Meshara.Node.Control;
using Meshara.Node.Output;
using Meshara.Node.Run;

namespace Meshara.Node.Commands;

/// <summary><c>meshara invite</c> prints a ticket, <c>meshara join</c> takes one.</summary>
internal static class InviteCommands
{
    public static Command Invite()
    {
        var time = new Option<string?>("--for")
        {
            Description = "How long the ticket is to be used, such as 1h or 7d; without it a day. It is what the ticket asks of whoever joins, "
                + "and keeps nobody out: the addresses and the id in it stay what they are.",
            HelpName = "TIME",
        };
        time.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text
                && !Duration.TryParse(text, InviteRequests.ShortestTime, InviteRequests.LongestTime, out _, out var error))
            {
                result.AddError($"--for: {error}");
            }
        });
        var address = new Option<string?>("--address")
        {
            Description = "Where others reach this node, if no interface of the machine has that address, as behind a router that forwards the port.",
            HelpName = "HOST:PORT",
        };
        address.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !PeerAddress.TryParse(text, out _, out var error))
            {
                result.AddError($"--address: {error}");
            }
        });
        return SteeringCommands.Steer(
            "invite",
            "Print a ticket: one word with which another machine joins. It says where this node is, who it is and in which network; it is no secret, and "
            + "no permission. Send it by a way that you trust: who can change it can lead the other one elsewhere.",
            "meshara invite --for 1h", [], Print, options: [time, address]);
    }

    public static Command Join()
    {
        var ticket = new Argument<string>("ticket") { Description = "What 'meshara invite' printed.", HelpName = "TICKET" };
        ticket.Validators.Add(result =>
        {
            if (!InviteTicket.TryParse(result.GetValueOrDefault<string>(), out _, out var error))
            {
                result.AddError(error);
            }
        });
        var (data, json, listen, config, set) = (CommandLine.Data(), CommandLine.AsJson(), RunCommand.Listen(), Layers.Files(), Layers.Set());
        var command = new Command(
            "join",
            "Join the network of a ticket: the running node adds the peer and keeps it connected for ever; where none runs, one is started as by "
            + "'meshara run' with that network and that peer.\n\nExample: meshara join meshara1181prrb228g0... --data ./b")
        {
            ticket, data, json, listen, config, set,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var word = parsed.GetValue(ticket)!;
            var folder = SteeringCommands.FolderOf(parsed.GetValue(data));
            var question = new JsonObject { ["command"] = "join", ["ticket"] = word };
            var starts = false;
            Config Read()
            {
                var layers = Layers.Of(parsed.GetValue(config));
                layers = parsed.GetValue(listen) is { } at ? Overrides.Value("listen", at, "--listen").WithFallback(layers) : layers;
                return Overrides.Value("data", folder, "--data").WithFallback(Layers.With(layers, parsed.GetValue(set)));
            }

            var exit = await SteeringCommands.AskAsync(folder, question, parsed.GetValue(json), SteeringCommands.Added, cancellation, () =>
            {
                starts = true;
                return StartAsync(InviteTicket.Parse(word), folder, parsed.GetValue(config) ?? [], Read, parsed.GetValue(json));
            });
            if (!starts && new Option[] { listen, config, set }.Any(o => parsed.GetResult(o) is not null))
            {
                Console.Error.WriteLine("A node runs there already; --listen, --config and --set are for one that is started, and changed nothing of it.");
            }

            return exit;
        });
        return command;
    }

    /// <summary>A node of its own, which dials the one that invited until it answers, and from then on for ever.</summary>
    private static async Task<int> StartAsync(InviteTicket ticket, string folder, IReadOnlyList<string> files, Func<Config> read, bool json)
    {
        const string Key = $"{Mesh.DefaultName}.network";
        if (InviteRequests.ErrorOf(ticket, TimeProvider.System.GetUtcNow())?["error"] is JsonObject error)
        {
            Console.Error.WriteLine($"{error["reason"]}: {error["message"]}");
            return CommandLine.Failed;
        }

        Config ReadForTicket()
        {
            var layers = read();
            if (layers.HasPath(Key) && layers.GetString(Key) != ticket.Network)
            {
                throw new MesharaStartException(
                    $"{Reason.WrongNetwork.Name()}: The ticket is for the network {ticket.Network}, and the configuration says {Text.Clean(layers.GetString(Key))}.");
            }

            layers = Overrides.Value("network", ticket.Network, "the ticket").WithFallback(layers);
            return RunCommand.Append(layers, "peers", ticket.Targets.Select(t => $"{t}").ToArray(), "the ticket");
        }

        try
        {
            ReadForTicket();
            if (!json)
            {
                Console.WriteLine($"Joins    {ticket.Network} through {ticket.Node.ToShortString()} at {string.Join(", ", ticket.Addresses)}");
                Console.WriteLine($"Again    meshara run --network {Quoted(ticket.Network)} --data {Quoted(folder)}");
            }

            return await NodeRun.RunAsync(new Configured(files, ReadForTicket), json, metrics: null, PageRun.Of(null, json));
        }
        catch (MesharaStartException e)
        {
            Console.Error.WriteLine(e.Message);
            return CommandLine.Failed;
        }
    }

    /// <summary>As it has to be typed: a network may be called anything.</summary>
    private static string Quoted(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:\\".Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>The ticket alone on stdout, so that it can be piped; what a person should know of it on stderr.</summary>
    private static void Print(JsonObject answer)
    {
        Console.WriteLine(answer["ticket"]);
        Console.Error.WriteLine($"On the other machine, until {Text.Get(answer, "expires")[..16].Replace('T', ' ')} UTC: meshara join TICKET");
        if (answer["onlyThisMachine"]!.GetValue<bool>())
        {
            Console.Error.WriteLine("This node listens on loopback alone, so the ticket works on this machine and on no other; see --listen of meshara run, or --address.");
        }
    }
}
