using System.Diagnostics;
using System.IO.Compression;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Build;

/// <summary><c>build.ps1</c>, run in-process, since not every machine with the .NET SDK has PowerShell.</summary>
public sealed class BuildScriptTests : IDisposable
{
    private const string Pretended = "function dotnet { $global:called = $args; $global:LASTEXITCODE = 7 }";

    private static readonly string[] Contents =
        ["Meshara.Actors.nuspec", "README.md", "lib/net10.0/Meshara.Actors.dll", "lib/net10.0/Meshara.Actors.xml"];

    private static readonly string[] Dependencies = ["Meshara.Core", "Meshara.Mdns", "Akka", "Akka.Hosting", "Akka.Persistence.Sql"];

    private static readonly string[] Systems = ["linux-x64", "linux-arm64", "win-x64", "osx-arm64"];

    private static readonly string Script = FindScript(new DirectoryInfo(AppContext.BaseDirectory));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("meshara-build-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("", "build <sln> -c Release")]
    [InlineData("Build -Configuration Debug", "build <sln> -c Debug")]
    [InlineData("test", "test <sln> -c Release")]
    [InlineData("Test --filter Wire", "test <sln> -c Release --filter Wire")]
    [InlineData("Run", "run --project <node> -c Release -- run")]
    [InlineData("Run --data ./a --listen 127.0.0.1:0 --peer [::1]:7373", "run --project <node> -c Release -- run --data ./a --listen 127.0.0.1:0 --peer [::1]:7373")]
    [InlineData("Run --set 'discovery.enabled-methods=[manual]'", "run --project <node> -c Release -- run --set discovery.enabled-methods=[manual]")]
    [InlineData("Pack", "pack <sln> -c Release")]
    [InlineData("Pack -Output /tmp/p", "pack <sln> -c Release --artifacts-path /tmp/p/build -p:PackageOutputPath=/tmp/p")]
    public void Each_target_calls_dotnet_with_its_arguments_and_ends_with_its_exit_code(string arguments, string expected)
    {
        var (exitCode, called) = Run(arguments, Pretended);

        var root = Path.GetDirectoryName(Script)!;
        called.Replace(Path.Combine(root, "Meshara.Actors.sln"), "<sln>", StringComparison.Ordinal)
            .Replace(Path.Combine(root, "src", "Meshara.Node"), "<node>", StringComparison.Ordinal).ShouldBe(expected);
        exitCode.ShouldBe(7);
    }

    [Fact]
    public void A_target_that_does_not_exist_calls_nothing_and_ends_with_2()
    {
        var (exitCode, called) = Run("Deploy", Pretended);

        (exitCode, called).ShouldBe((2, ""));
    }

    [Fact]
    public void Publish_makes_one_file_for_each_system_and_stops_at_the_first_that_fails()
    {
        const string Options = "--self-contained -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true "
            + "-p:EnableCompressionInSingleFile=true -p:DebugType=embedded -p:GenerateDocumentationFile=false --artifacts-path /tmp/p/build";
        const string Recorded = "function dotnet { $global:called = @($global:called) + ($args -join ' '); $global:LASTEXITCODE = 0 }";
        const string Failing = "function dotnet { $global:called = @($global:called) + ($args -join ' '); $global:LASTEXITCODE = 5 }";

        var (exitCode, called) = Run("Publish -Output /tmp/p --nologo", Recorded);

        exitCode.ShouldBe(0);
        var node = Path.Combine(Path.GetDirectoryName(Script)!, "src", "Meshara.Node");
        called.Trim().ShouldBe(string.Join(' ', Systems.Select(
            s => $"publish {node} -c Release -r {s} {Options} -o /tmp/p/{s} --nologo")));
        (exitCode, called) = Run("Publish -Output /tmp/p -Runtime linux-x64,win-x64", Failing);
        exitCode.ShouldBe(5);
        called.Trim().ShouldBe($"publish {node} -c Release -r linux-x64 {Options} -o /tmp/p/linux-x64");
    }

    [Fact]
    public async Task Pack_makes_a_package_that_a_host_can_use_and_a_tool_that_runs()
    {
        // What is built already is packed: to build it all a second time takes a minute and shows nothing more.
        var (exitCode, _) = Run($"Pack -Configuration {Configuration} --no-build '-p:PackageOutputPath={_folder.FullName}'");

        exitCode.ShouldBe(0);
        using var package = ZipFile.OpenRead(_folder.GetFiles("Meshara.Actors.*.nupkg").Single().FullName);
        Contents.ShouldBeSubsetOf(package.Entries.Select(e => e.FullName));
        using var stream = package.GetEntry("Meshara.Actors.nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().Single();
        Of("id").ShouldBe("Meshara.Actors");
        Of("license").ShouldBe("MIT");
        Of("readme").ShouldBe("README.md");
        Of("description").ShouldNotBeEmpty();
        Dependencies.ShouldBeSubsetOf(
            metadata.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value));
        _folder.GetFiles("*.nupkg").Select(f => f.Name.Split(".0.")[0]).Order(StringComparer.Ordinal)
            .ShouldBe(["Meshara.Actors", "Meshara.Core", "Meshara.Mdns", "Meshara.Node"]);

        // From that folder alone: what the program needs is in its package.
        var tools = Path.Combine(_folder.FullName, "tools");
        await ToEndAsync("dotnet", "tool", "install", "Meshara.Node", "--tool-path", tools, "--source", _folder.FullName);
        var version = metadata.Elements().Single(e => e.Name.LocalName == "version").Value;
        (await ToEndAsync(Path.Combine(tools, "meshara"), "--version")).Trim().Split('+')[0].ShouldBe(version);

        string Of(string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
    }

    private static async Task<string> ToEndAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, output + await error);
        return output;
    }

    private const string Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    /// <summary>The exit code, and what a pretended dotnet was called with (a real one: what it wrote).</summary>
    private static (int ExitCode, string Called) Run(string arguments, string before = "")
    {
        // No modules, as in a small host: the script may use nothing but the language.
        var state = InitialSessionState.CreateDefault2();
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        var written = shell.AddScript($"{before}\n& '{Script}' {arguments}").Invoke();
        shell.Streams.Error.ShouldBeEmpty();
        var called = runspace.SessionStateProxy.GetVariable("called") switch
        {
            object[] words => string.Join(' ', words),
            _ => string.Join('\n', written),
        };
        return ((int)(runspace.SessionStateProxy.GetVariable("LASTEXITCODE") ?? -1), called);
    }

    private static string FindScript(DirectoryInfo? folder) =>
        folder is null ? throw new InvalidOperationException("The tests have to run from a folder inside the repository.")
        : File.Exists(Path.Combine(folder.FullName, "build.ps1")) ? Path.Combine(folder.FullName, "build.ps1")
        : FindScript(folder.Parent);
}
