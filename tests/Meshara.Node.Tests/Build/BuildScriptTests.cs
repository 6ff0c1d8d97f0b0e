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
    public void Pack_makes_a_package_that_a_host_can_use()
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

        string Of(string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
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
