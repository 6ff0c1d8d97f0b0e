using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Meshara.Node.Commands;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Meshara.Node.Tests.Ops;

/// <summary>
/// What an operator installs. Neither systemd nor a container engine is run here: the unit is judged by systemd's own analyzer, the
/// Containerfile as text, and what both have the program do by the program's own parser.
/// </summary>
public sealed partial class ServiceTests(ITestOutputHelper output)
{
    /// <summary>0 is no exposure, 10 the most. What is left of it is said at the end of the unit.</summary>
    private const double MostExposed = 1.5;

    private static readonly string Ops = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static readonly string Unit = Path.Combine(Ops, "meshara.service");

    private static readonly string[] Container = File.ReadAllLines(Path.Combine(Ops, "Containerfile"));

    [SkippableFact]
    public async Task Systemd_finds_the_service_hardly_exposed()
    {
        var analyze = Requires.Command("systemd-analyze");
        using var process = Process.Start(new ProcessStartInfo(analyze, ["security", "--offline=true", "--no-pager", Unit]) { RedirectStandardOutput = true })!;

        var verdict = (await process.StandardOutput.ReadToEndAsync()).Split('\n').Single(l => l.Contains("Overall exposure level", StringComparison.Ordinal));

        output.WriteLine(verdict.Trim());
        double.Parse(Score().Match(verdict).Groups[1].Value, CultureInfo.InvariantCulture).ShouldBeLessThanOrEqualTo(MostExposed);
    }

    [Fact]
    public void The_service_has_no_rights_and_runs_what_the_program_understands()
    {
        var lines = File.ReadAllLines(Unit);

        string[] hardened =
            ["DynamicUser=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "AmbientCapabilities=", "NoNewPrivileges=yes", "StateDirectory=meshara", "StateDirectoryMode=0700"];
        hardened.ShouldBeSubsetOf(lines);
        var start = lines.Single(l => l.StartsWith("ExecStart=", StringComparison.Ordinal)).Split(' ');
        start[0].ShouldBe("ExecStart=/usr/local/bin/meshara");
        start[^1].ShouldBe("$MESHARA_OPTIONS");
        CommandLine.Root().Parse(start[1..^1]).Errors.ShouldBeEmpty();
        start.ShouldContain("/var/lib/meshara");
    }

    [Fact]
    public void The_container_is_nobody_and_asks_the_node_how_it_is()
    {
        Container.Last(l => l.StartsWith("USER ", StringComparison.Ordinal)).ShouldBe("USER 1654:1654");
        Container.ShouldContain("VOLUME /data");
        Container.ShouldNotContain(l => l.StartsWith("RUN ", StringComparison.Ordinal) && l.Contains("curl", StringComparison.Ordinal));
        foreach (var instruction in new[] { "HEALTHCHECK", "ENTRYPOINT" })
        {
            // The exec form: there is no shell in the image.
            var line = Container.Single(l => l.StartsWith(instruction, StringComparison.Ordinal));
            var words = JsonSerializer.Deserialize<string[]>(line[line.IndexOf('[', StringComparison.Ordinal)..])!;
            words[0].ShouldBe("/app/meshara");
            CommandLine.Root().Parse(words[1..]).Errors.ShouldBeEmpty(instruction);
        }

        // What it copies from the repository is there.
        var root = Path.GetFullPath(Path.Combine(Ops, "..", "..", ".."));
        Container.Where(l => l.StartsWith("COPY ", StringComparison.Ordinal) && !l.Contains("--from", StringComparison.Ordinal)).SelectMany(l => l.Split(' ')[1..^1])
            .Where(name => !Path.Exists(Path.Combine(root, name))).ShouldBeEmpty();

        // What it copies from the build is what the build makes.
        Container.ShouldContain(l => l.Contains("-o /app", StringComparison.Ordinal));
        Container.ShouldContain("COPY --from=build /app /app");
    }

    private static string Find(DirectoryInfo? folder) =>
        folder is null ? throw new InvalidOperationException("The tests have to run from a folder inside the repository.")
        : Directory.Exists(Path.Combine(folder.FullName, "src", "Meshara.Node", "ops")) ? Path.Combine(folder.FullName, "src", "Meshara.Node", "ops")
        : Find(folder.Parent);

    [GeneratedRegex(@"service: ([0-9.]+)")]
    private static partial Regex Score();
}
