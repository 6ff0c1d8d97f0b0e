using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Output;

public sealed class HelpTests
{
    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("demo")]
    [InlineData("id")]
    [InlineData("discover")]
    [InlineData("status")]
    [InlineData("health")]
    [InlineData("peers")]
    [InlineData("peer")]
    [InlineData("peer show")]
    [InlineData("peer add")]
    [InlineData("peer remove")]
    [InlineData("peer ban")]
    [InlineData("peer unban")]
    [InlineData("known")]
    [InlineData("bans")]
    [InlineData("why")]
    [InlineData("ping")]
    [InlineData("send")]
    [InlineData("events")]
    [InlineData("store")]
    [InlineData("store info")]
    [InlineData("store check")]
    [InlineData("store repair")]
    [InlineData("store export")]
    [InlineData("store import")]
    [InlineData("store compact")]
    public async Task Help_has_an_example_of_that_very_command(string command)
    {
        var (exit, output, error) = await NodeProcess.CommandAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        (exit, error).ShouldBe((0, ""));
        output.Split('\n').Select(l => l.Trim()).ShouldContain(l => l.StartsWith($"Example: meshara {command}".TrimEnd(), StringComparison.Ordinal));
    }
}
