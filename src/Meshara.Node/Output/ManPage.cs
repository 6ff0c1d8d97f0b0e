using System.CommandLine;
using System.CommandLine.Help;
using System.Text;

namespace Meshara.Node.Output;

/// <summary>The manual page, in roff with the macros of man(7), made of the same tree of commands as the help.</summary>
internal static class ManPage
{
    private const string ExitStatus = """
        .SH EXIT STATUS
        .TP
        .B 0
        Done.
        .TP
        .B 1
        Failed; the reason and its sentence are on stderr.
        .TP
        .B 2
        Wrong usage.
        .TP
        .B 3
        No node is running in that data folder.

        """;

    private const string Files = """
        .SH FILES
        .TP
        .I ~/.local/share/meshara
        The data folder, unless \fB\-\-data\fR names another one: the identity, what is known of peers, the lock, the control socket.
        .SH NOTES
        The configuration is HOCON; every key stands with its unit, default and reason in hocon/meshara.conf of the source.

        """;

    public static string Of(RootCommand root, string version)
    {
        var page = new StringBuilder();
        page.Append(null, $".TH MESHARA 1 \"\" \"meshara {version}\" \"User Commands\"\n.SH NAME\nmeshara \\- {Escape(Says(root)[(Says(root).IndexOf(": ", StringComparison.Ordinal) + 2)..])}\n");
        page.Append(".SH SYNOPSIS\n.B meshara\n.I command\n[\\fIarguments\\fR] [\\fIoptions\\fR]\n.SH COMMANDS\n");
        foreach (var command in root.Subcommands)
        {
            Add(page, command, "meshara");
        }

        page.Append(".SH OPTIONS\n");
        foreach (var option in root.Options)
        {
            Add(page, option);
        }

        page.Append(ExitStatus.ReplaceLineEndings("\n")).Append(".SH EXAMPLES\n");
        foreach (var example in Tree(root).Select(c => ExampleOf(c)).OfType<string>())
        {
            page.Append(null, $".PP\n.B {Escape(example)}\n");
        }

        return page.Append(Files.ReplaceLineEndings("\n")).ToString();
    }

    /// <summary>Text as roff prints it: no escape begins in it, a hyphen can be copied as it is typed, and no line of it is a request.</summary>
    internal static string Escape(string text) => string.Join('\n', text.Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal).Split('\n').Select(l => l.StartsWith('.') || l.StartsWith('\'') ? $"\\&{l}" : l));

    private static void Add(StringBuilder page, Command command, string path)
    {
        var name = $"{path} {command.Name}";
        page.Append(null, $".SS {Escape(name + string.Concat(command.Arguments.Select(a => $" {NameOf(a)}")))}\n{Escape(Says(command))}\n");
        foreach (var argument in command.Arguments.Where(a => !string.IsNullOrEmpty(a.Description)))
        {
            page.Append(null, $".TP\n.I {Escape(NameOf(argument))}\n{Escape(argument.Description!)}\n");
        }

        foreach (var option in command.Options.Where(o => o is not HelpOption))
        {
            Add(page, option);
        }

        foreach (var child in command.Subcommands)
        {
            Add(page, child, name);
        }
    }

    private static void Add(StringBuilder page, Option option)
    {
        var names = option.Aliases.Where(a => !a.StartsWith('/')).Prepend(option.Name).Distinct();
        var value = option.HelpName is { } help ? $" \\fI{Escape(help)}\\fR" : "";
        page.Append(null, $".TP\n{string.Join(", ", names.Select(n => $"\\fB{Escape(n)}\\fR"))}{value}\n{Escape(option.Description ?? "")}\n");
    }

    private static string NameOf(Argument argument) => argument.HelpName ?? argument.Name.ToUpperInvariant();

    private static string Says(Symbol symbol) => (symbol.Description ?? "").Split("\n\n")[0];

    private static string? ExampleOf(Command command) => command.Description?.Split('\n').FirstOrDefault(l => l.StartsWith(Example, StringComparison.Ordinal))?[Example.Length..];

    private const string Example = "Example: ";

    private static IEnumerable<Command> Tree(Command command) => command.Subcommands.SelectMany(Tree).Prepend(command);
}
