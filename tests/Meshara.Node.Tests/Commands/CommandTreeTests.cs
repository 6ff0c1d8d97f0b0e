using System.CommandLine;
using Meshara.Node.Commands;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Commands;

/// <summary>What holds for every command, those of later days too.</summary>
public sealed class CommandTreeTests
{
    public static TheoryData<string> Paths => [.. Tree(CommandLine.Root(), "").Select(c => c.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Each_command_says_what_it_does_and_has_an_example_of_itself(string path)
    {
        var lines = Find(path).Description!.Split('\n');

        lines[0].Length.ShouldBeGreaterThan(10);
        lines[^1].ShouldStartWith($"Example: meshara {path}".TrimEnd());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Each_option_and_argument_says_what_it_is(string path)
    {
        var command = Find(path);

        command.Options.Where(o => string.IsNullOrEmpty(o.Description)).Select(o => o.Name).ShouldBeEmpty();
        command.Options.Where(o => o.ValueType != typeof(bool) && o.HelpName is null && o is not System.CommandLine.Help.HelpOption and not VersionOption)
            .Select(o => o.Name).ShouldBeEmpty("what stands for the value is to be named");
    }

    private static Command Find(string path) => Tree(CommandLine.Root(), "").Single(c => c.Path == path).Command;

    private static IEnumerable<(string Path, Command Command)> Tree(Command command, string path) => command.Subcommands
        .SelectMany(c => Tree(c, $"{path} {c.Name}".TrimStart())).Prepend((path, command));
}
