using System.CommandLine;
using System.Globalization;
using Meshara.Node.Demo;

namespace Meshara.Node.Commands;

/// <summary><c>meshara demo</c>: a mesh in one process, to look at.</summary>
internal static class DemoCommand
{
    public static Command Make()
    {
        var nodes = new Option<int>("--nodes")
        {
            Description = $"How many nodes, {Script.FewestNodes} to {Script.MostNodes}.", HelpName = "COUNT", DefaultValueFactory = _ => 5,
        };
        nodes.Validators.Add(result =>
        {
            // The tokens, not the value: that of a word which is no number cannot be had, and the parser says so itself.
            if (int.TryParse(result.Tokens.SingleOrDefault()?.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count)
                && count is < Script.FewestNodes or > Script.MostNodes)
            {
                result.AddError($"--nodes: {Script.FewestNodes} to {Script.MostNodes}.");
            }
        });
        var fast = new Option<bool>("--fast") { Description = "Do not pause after each step, as when the output is no terminal." };
        var noMdns = new Option<bool>("--no-mdns") { Description = "Let the nodes meet through the first one alone." };
        var command = new Command(
            "demo",
            "Watch nodes find each other, replace a lost one and ban a hostile one, all on this machine and gone afterwards.\n\nExample: meshara demo --nodes 5")
        {
            nodes, fast, noMdns,
        };
        command.SetAction(parsed => DemoRun.RunAsync(parsed.GetValue(nodes), parsed.GetValue(fast), useMdns: !parsed.GetValue(noMdns)));
        return command;
    }
}
