using Meshara.Tests;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

public sealed class DemoTests : IDisposable
{
    private readonly TempFolder _data = new();

    /// <summary>Where the demo puts its folder, so that a test sees whether it stays.</summary>
    private readonly string _temporary;

    public DemoTests() => _temporary = Directory.CreateDirectory(_data["temporary"]).FullName;

    private string[] Left => Directory.GetDirectories(_temporary);

    public void Dispose() => _data.Dispose();

    [SkippableTheory]
    [InlineData("--nodes=3")]
    [InlineData("--no-mdns")]
    public async Task The_demo_shows_each_step_ends_with_0_and_leaves_nothing_behind(string option)
    {
        Requires.Linux();
        var (exit, output, error) = await NodeProcess.CommandWithAsync($"TMPDIR={_temporary}", "demo", option);

        (exit, error).ShouldBe((0, ""), output);
        var nodes = option == "--nodes=3" ? 3 : 5;
        var lines = output.Split('\n').Select(l => l.Trim()).ToList();
        string[] steps =
        [
            $"{nodes} are up", "connections, found by ", "noticed (connection-lost)", "connections, found by ",
            $"{nodes} nodes let it in", $"{nodes} nodes banned it (frame-too-large)", $"{nodes} nodes refused it (banned)",
            "Mallory", $"All seen. {nodes + 1} nodes and one stranger came and went in ",
        ];
        var from = 0;
        foreach (var step in steps)
        {
            from = lines.FindIndex(from, l => l.Contains(step, StringComparison.Ordinal)) + 1;
            from.ShouldBeGreaterThan(0, $"{step}\n{output}");
        }

        lines.ShouldContain(l => l.StartsWith("Mallory", StringComparison.Ordinal) && l.EndsWith($"-100   banned by {nodes}", StringComparison.Ordinal));
        output.ShouldNotContain("\e", customMessage: "no terminal reads this");
        Left.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("2")]
    [InlineData("21")]
    [InlineData("-1")]
    [InlineData("five")]
    public async Task A_number_of_nodes_that_cannot_be_is_wrong_usage(string nodes)
    {
        var (exit, output, error) = await NodeProcess.CommandAsync("demo", "--nodes", nodes);

        (exit, output).ShouldBe((2, ""));
        error.ShouldContain("--nodes");
    }

    [SkippableFact]
    public async Task Without_a_place_for_its_folder_the_demo_says_so_and_ends_with_1()
    {
        Requires.Linux();
        var (exit, output, error) = await NodeProcess.CommandWithAsync($"TMPDIR={_data["missing"]}", "demo");

        (exit, output).ShouldBe((1, ""));
        error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(_data["missing"]);
    }

    [SkippableFact]
    public async Task Ctrl_C_stops_the_demo_and_nothing_is_left_behind()
    {
        Requires.Linux();
        using var demo = await NodeProcess.UnreadWithAsync($"TMPDIR={_temporary}", "demo");
        Left.ShouldHaveSingleItem();

        demo.Interrupt();

        (await demo.ExitAsync()).ShouldBe(1);
        Left.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_demo_that_nobody_reads_ends_and_nothing_is_left_behind()
    {
        Requires.Linux();
        using var demo = await NodeProcess.UnreadWithAsync($"TMPDIR={_temporary}", "demo");

        demo.CloseOutput();

        (await demo.ExitAsync()).ShouldBe(1);
        Left.ShouldBeEmpty();
    }
}
