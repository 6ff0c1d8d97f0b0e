using System.Runtime.Versioning;
using Meshara.Node.Tests.EndToEnd;
using Meshara.Tests;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Control;

public sealed class SocketFileTests : IDisposable
{
    private const string AnyPort = "127.0.0.1:0";

    private readonly TempFolder _data = new();

    /// <summary>Longer than the 107 bytes that the address of a Unix socket has room for.</summary>
    private string Long => _data[new string('l', 150)];

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public async Task It_is_the_owners_alone_though_the_folder_is_open_to_all_and_it_goes_with_the_node()
    {
        Requires.Linux();
        Directory.CreateDirectory(_data["open"]);
        File.SetUnixFileMode(_data["open"], (UnixFileMode)0b111_111_111);
        using var node = await NodeProcess.RunAsync(_data["open"], "--listen", AnyPort);
        var socket = Path.Combine(_data["open"], "control.sock");

        File.GetUnixFileMode(socket).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        node.Terminate();
        (await node.ExitAsync()).ShouldBe(0);
        File.Exists(socket).ShouldBeFalse();
    }

    [Fact]
    public async Task One_that_a_killed_node_left_behind_is_no_node_and_hinders_no_start()
    {
        using (var killed = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort))
        {
            killed.Kill();
        }

        File.Exists(Path.Combine(_data["one"], "control.sock")).ShouldBeTrue();
        (await NodeProcess.CommandAsync("status", "--data", _data["one"])).Exit.ShouldBe(3);

        using var node = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        (await NodeProcess.CommandAsync("status", "--data", _data["one"])).Out.ShouldContain(node.Id);
    }

    [Fact]
    public async Task A_folder_with_a_long_path_is_steered_as_any_other()
    {
        (await NodeProcess.CommandAsync("status", "--data", Long)).Exit.ShouldBe(3);
        using var node = await NodeProcess.RunAsync(Long, "--listen", AnyPort);

        var (exit, output, error) = await NodeProcess.CommandAsync("status", "--data", Long);

        exit.ShouldBe(0, error);
        output.ShouldContain(node.Id);
    }

    [SkippableFact]
    public async Task The_way_to_a_long_path_is_cleaned_up()
    {
        Requires.Linux();
        Directory.CreateDirectory(_data["t"]);

        (await NodeProcess.CommandWithAsync($"TMPDIR={_data["t"]}", "status", "--data", Long)).Exit.ShouldBe(3);

        Directory.EnumerateFileSystemEntries(_data["t"], "meshara*").ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Where_even_the_temporary_folder_has_a_long_path_the_node_does_not_start_without_control()
    {
        Requires.Linux();
        var temporary = _data[new string('t', 150)];
        Directory.CreateDirectory(temporary);

        var run = await NodeProcess.CommandWithAsync($"TMPDIR={temporary}", "run", "--json", "--no-mdns", "--listen", AnyPort, "--data", Long);
        var status = await NodeProcess.CommandWithAsync($"TMPDIR={temporary}", "status", "--data", Long);

        foreach (var (exit, output, error) in new[] { run, status })
        {
            exit.ShouldBe(1);
            output.ShouldBeEmpty();
            error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("shorter");
        }
    }
}
