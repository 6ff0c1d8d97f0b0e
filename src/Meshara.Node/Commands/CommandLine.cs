using System.CommandLine;

namespace Meshara.Node.Commands;

/// <summary>The command line: 0 done, 1 failed, 2 wrong usage, 3 no node is running there.</summary>
internal static class CommandLine
{
    public const int Done = 0, Failed = 1, WrongUsage = 2, NoNode = 3;

    /// <summary>All commands, for the parser and for what is made of them: completion, the manual.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand("Meshara: a peer-to-peer node that finds peers, proves who they are and keeps the good ones.\n\nExample: meshara run")
        {
            RunCommand.Make(), DemoCommand.Make(), IdCommand.Make(), DiscoverCommand.Make(), StoreCommands.Make(),
            InviteCommands.Invite(), InviteCommands.Join(), WatchCommand.Make(), PrintedCommands.CompletionScript(), PrintedCommands.Man(),
        };
        foreach (var command in SteeringCommands.Make())
        {
            root.Add(command);
        }

        return root;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                Console.Error.WriteLine(error.Message);
            }

            Console.Error.WriteLine("See: meshara --help");
            return WrongUsage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    public static Option<string?> Data() => new("--data") { Description = "The data folder of the node.", HelpName = "DIR" };

    public static Option<bool> AsJson() => new("--json") { Description = "Print JSON: one object a line, with a schema number." };
}
