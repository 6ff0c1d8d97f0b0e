using System.CommandLine;
using System.Reflection;
using Meshara.Node.Output;

namespace Meshara.Node.Commands;

/// <summary>What the program prints of itself, for others to read: <c>meshara completion</c> for shells, <c>meshara man</c> for man.</summary>
internal static class PrintedCommands
{
    public static Command CompletionScript()
    {
        var shell = new Argument<string>("shell") { Description = "Which shell.", HelpName = string.Join('|', Completion.Scripts.Keys) };
        shell.AcceptOnlyFromAmong([.. Completion.Scripts.Keys]);
        var command = new Command(
            "completion",
            "Print a script by which a shell completes commands and options; its first lines say where it belongs.\n\nExample: meshara completion bash > ~/.local/share/bash-completion/completions/meshara")
        {
            shell,
        };
        command.SetAction(parsed => Console.WriteLine(Completion.Scripts[parsed.GetValue(shell)!].ReplaceLineEndings("\n")));
        return command;
    }

    public static Command Man()
    {
        var command = new Command("man", "Print the manual page, in roff.\n\nExample: meshara man > meshara.1");
        command.SetAction(_ => Console.Write(ManPage.Of(CommandLine.Root(), Version)));
        return command;
    }

    private static string Version =>
        typeof(PrintedCommands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
