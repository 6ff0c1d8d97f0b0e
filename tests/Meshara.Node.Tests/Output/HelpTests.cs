using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Output;

public sealed class HelpTests
{
    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("id")]
    [InlineData("status")]
    [InlineData("peers")]
    [InlineData("peer")]
    [InlineData("peer show")]
    [InlineData("peer add")]
    [InlineData("peer remove")]
    [InlineData("ping")]
    [InlineData("send")]
    [InlineData("events")]
    public async Task Every_command_explains_itself_with_an_example(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var (exit, output, error) = await NodeProcess.CommandAsync([.. words, "--help"]);

        (exit, error).ShouldBe((0, ""));
        output.ShouldContain($"Example: meshara {command}".TrimEnd());
    }
}
