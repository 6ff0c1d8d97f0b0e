using Meshara.Tests;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>A small load, as a test; the large one is a command of the hostile program.</summary>
public sealed class HostileLoadTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Ten_honest_peers_are_served_beside_two_hundred_hostile_sockets()
    {
        Requires.Linux();

        var (_, report, error) = await NodeProcess.AttackAsync(
            null, "load", "--honest", "10", "--hostile", "200", "--rate", "300", "--for", "2s", "--equal", "--attack", "together");

        output.WriteLine(report);
        var attacked = report.Split('\n').Single(l => l.StartsWith("together ", StringComparison.Ordinal) && l.Contains('|')).Split([' ', '|'], StringSplitOptions.RemoveEmptyEntries);
        var (p99, pings, lost, dropped) = (double.Parse(attacked[2]), int.Parse(attacked[3]), int.Parse(attacked[4]), int.Parse(attacked[5]));

        // How soon is for the command to judge, on a machine that does nothing else; that all are served is true on a busy one too.
        (lost, dropped).ShouldBe((0, 0), error);
        pings.ShouldBeGreaterThanOrEqualTo(10);
        p99.ShouldBeLessThan(5_000);
        int.Parse(attacked[^4]).ShouldBeGreaterThanOrEqualTo(20, "sockets that the attackers opened");
    }
}
