using System.CommandLine;
using Meshara.Node.Commands;
using Meshara.Node.Output;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Output;

public sealed class ManPageTests
{
    private static readonly string[] Requests = [".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".I"];

    private static readonly RootCommand Root = CommandLine.Root();

    private static readonly string[] Page = ManPage.Of(Root, "1.2.3").Split('\n');

    [Fact]
    public void Each_command_each_option_and_each_argument_is_in_it()
    {
        var text = string.Join('\n', Page).Replace("\\-", "-", StringComparison.Ordinal);
        var commands = Tree(Root, "meshara").Skip(1).ToList();
        commands.Count.ShouldBeGreaterThan(25);
        foreach (var (path, command) in commands)
        {
            var heading = $"\n.SS {path}{string.Concat(command.Arguments.Select(a => $" {a.HelpName ?? a.Name.ToUpperInvariant()}"))}\n";
            var begin = text.IndexOf(heading, StringComparison.Ordinal);
            begin.ShouldBeGreaterThan(0, heading);
            var end = text.IndexOf("\n.S", begin + 3, StringComparison.Ordinal);
            var section = text[begin..end];
            section.ShouldContain(command.Description!.Split("\n\n")[0]);
            foreach (var option in command.Options.Where(o => o is not System.CommandLine.Help.HelpOption))
            {
                section.ShouldContain($"\\fB{option.Name}\\fR");
                section.ShouldContain(option.Description!);
            }
        }
    }

    [Fact]
    public void It_is_roff_that_no_text_can_break()
    {
        Page[0].ShouldBe(".TH MESHARA 1 \"\" \"meshara 1.2.3\" \"User Commands\"");
        Page.Where(l => l.StartsWith('.') && !Requests.Contains(l.Split(' ')[0])).ShouldBeEmpty();
        Page.Where(l => l.StartsWith('\'')).ShouldBeEmpty();
        string.Join('\n', Page).Split('\\').Skip(1).Select(e => e.Length > 0 ? e[0] : ' ').Except("&-ef").ShouldBeEmpty();
        ManPage.Escape(".SH x\n'br\n-a \\fB").ShouldBe("\\&.SH x\n\\&'br\n\\-a \\efB");
    }

    [Fact]
    public void Each_example_of_the_help_is_in_it() =>
        Page.Count(l => l.StartsWith(".B meshara ", StringComparison.Ordinal)).ShouldBe(Tree(Root, "").Count());

    private static IEnumerable<(string Path, Command Command)> Tree(Command command, string path) => command.Subcommands
        .SelectMany(c => Tree(c, $"{path} {c.Name}")).Prepend((path, command));
}
