using System.CommandLine;
using System.Text.Json.Nodes;
using Meshara.Core.Identity;
using Meshara.Node.Output;

namespace Meshara.Node.Commands;

/// <summary><c>meshara id</c>: who the node of a data folder is, whether it runs or not.</summary>
internal static class IdCommand
{
    public static Command Make()
    {
        var (data, json) = (CommandLine.Data(), CommandLine.AsJson());
        var command = new Command("id", "Print the node id and the public key.\n\nExample: meshara id --data ./b") { data, json };
        command.SetAction(parsed => Run(SteeringCommands.FolderOf(parsed.GetValue(data)), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string folder, bool json)
    {
        try
        {
            using var identity = IdentityFile.Load(Path.Combine(folder, IdentityFile.Name));
            Console.WriteLine(json
                ? Json.Line(new JsonObject { ["schema"] = 1, ["nodeId"] = identity.Id.ToString(), ["publicKey"] = identity.PublicKey.ToString() })
                : $"node id     {identity.Id}\npublic key  {identity.PublicKey}");
            return CommandLine.Done;
        }
        catch (IdentityException e)
        {
            Console.Error.WriteLine(e.Message);
            Console.Error.WriteLine($"A node makes its identity when it starts there first: meshara run --data {folder}");
            return CommandLine.Failed;
        }
    }
}
