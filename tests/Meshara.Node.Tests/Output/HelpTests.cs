using System.CommandLine;
using Meshara.Node.Commands;
using Meshara.Node.Tests.Commands;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Output;

public sealed class HelpTests
{
    [Theory]
    [MemberData(nameof(CommandTreeTests.Paths), MemberType = typeof(CommandTreeTests))]
    public async Task Help_has_an_example_of_that_very_command(string command)
    {
        var output = new StringWriter();

        var exit = await CommandLine.Root().Parse([.. Words(command), "--help"]).InvokeAsync(new InvocationConfiguration { Output = output });

        exit.ShouldBe(0);
        ShouldHaveExample(output.ToString(), command);
    }

    [Theory]
    [InlineData("")]
    [InlineData("peer ban")]
    public async Task The_program_prints_it_and_nothing_else(string command)
    {
        var (exit, output, error) = await NodeProcess.CommandAsync([.. Words(command), "--help"]);

        (exit, error).ShouldBe((0, ""));
        ShouldHaveExample(output, command);
    }

    private static string[] Words(string command) => command.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static void ShouldHaveExample(string help, string command) =>
        help.Split('\n').Select(l => l.Trim()).ShouldContain(l => l.StartsWith($"Example: meshara {command}".TrimEnd(), StringComparison.Ordinal));
}
