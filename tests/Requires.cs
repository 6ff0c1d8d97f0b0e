using System.Runtime.InteropServices;
using Xunit;

namespace Meshara.Tests;

/// <summary>
/// What a test needs of the machine. Where that is missing the test is skipped with the reason, so that a developer's laptop runs
/// all it can; with <c>MESHARA_REQUIRE_ALL=1</c>, as in CI, it fails instead, so that nothing is skipped there unnoticed.
/// For <c>[SkippableFact]</c> and <c>[SkippableTheory]</c>.
/// </summary>
internal static class Requires
{
    /// <summary>Where administrators' commands live when they are not on the PATH of a user.</summary>
    private static readonly string[] SystemFolders = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

    /// <summary>Linux, for network namespaces, signals and file modes.</summary>
    public static void Linux() => That(RuntimeInformation.IsOSPlatform(OSPlatform.Linux), "this test needs Linux");

    /// <summary>The rights to make network namespaces and mount.</summary>
    public static void Root() => That(Environment.IsPrivilegedProcess, "this test needs root");

    /// <summary>A program, such as <c>ip</c> or <c>avahi-daemon</c>, by the first of its names that is there. Returns its full path.</summary>
    public static string Command(params string[] names)
    {
        var path = names.Select(FindCommand).FirstOrDefault(path => path is not null);
        That(path is not null, $"this test needs the command {string.Join(" or ", names)}");
        return path!;
    }

    /// <summary>An environment variable. Returns its value.</summary>
    public static string Variable(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        That(!string.IsNullOrEmpty(value), $"this test needs the environment variable {name}");
        return value!;
    }

    /// <summary>Anything else.</summary>
    public static void That(bool isThere, string reason)
    {
        if (!isThere && Environment.GetEnvironmentVariable("MESHARA_REQUIRE_ALL") == "1")
        {
            Assert.Fail($"{reason} (MESHARA_REQUIRE_ALL=1: nothing may be skipped)");
        }

        Skip.IfNot(isThere, reason);
    }

    private static string? FindCommand(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(SystemFolders)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}
