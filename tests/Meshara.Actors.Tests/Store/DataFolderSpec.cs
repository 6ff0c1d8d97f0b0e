using System.Diagnostics;
using System.Globalization;
using Meshara.Actors.Store;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Store;

public sealed class DataFolderSpec : IDisposable
{
    private readonly TempFolder _temp = new();

    [Fact]
    public void A_missing_folder_is_made_for_its_owner_only()
    {
        using var folder = DataFolder.Open(Path.Combine(_temp.Path, "deep", "down"));
        Directory.Exists(folder.Path).ShouldBeTrue();
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(folder.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_second_node_is_refused_with_the_pid_of_the_first_also_within_one_process()
    {
        using var first = DataFolder.Open(_temp.Path);
        var error = Should.Throw<MesharaStartException>(() => DataFolder.Open(_temp.Path));
        error.Message.ShouldContain($"already used by the node with pid {Environment.ProcessId}");
        error.Message.ShouldNotContain("\n");
    }

    [Fact]
    public void A_folder_that_was_let_go_can_be_taken_again()
    {
        DataFolder.Open(_temp.Path).Dispose();
        var second = DataFolder.Open(_temp.Path);
        second.Dispose();
        second.Dispose();
        File.Exists(Path.Combine(_temp.Path, DataFolder.PidName)).ShouldBeFalse();
    }

    [Fact]
    public void Disposing_twice_does_not_touch_the_next_ones_pid()
    {
        var first = DataFolder.Open(_temp.Path);
        first.Dispose();
        using var second = DataFolder.Open(_temp.Path);
        first.Dispose();
        Should.Throw<MesharaStartException>(() => DataFolder.Open(_temp.Path)).Message.ShouldContain("pid");
    }

    [Fact]
    public void What_a_killed_node_left_behind_keeps_nobody_out()
    {
        File.WriteAllText(Path.Combine(_temp.Path, DataFolder.LockName), "");
        File.WriteAllText(Path.Combine(_temp.Path, DataFolder.PidName), "4711");
        using var folder = DataFolder.Open(_temp.Path);
        File.ReadAllText(Path.Combine(_temp.Path, DataFolder.PidName)).ShouldBe(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_lock_of_another_process_holds_until_that_is_killed()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // flock(1) of util-linux takes the very lock that .NET takes; -o keeps it from its child.
        var file = Path.Combine(_temp.Path, DataFolder.LockName);
        using var holder = Process.Start(new ProcessStartInfo("flock", ["-o", file, "sh", "-c", "echo held; exec cat"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        (await holder.StandardOutput.ReadLineAsync()).ShouldBe("held");
        await File.WriteAllTextAsync(Path.Combine(_temp.Path, DataFolder.PidName), holder.Id.ToString(CultureInfo.InvariantCulture));
        Should.Throw<MesharaStartException>(() => DataFolder.Open(_temp.Path)).Message.ShouldContain($"the node with pid {holder.Id}");

        holder.Kill(entireProcessTree: true);
        await holder.WaitForExitAsync();
        DataFolder.Open(_temp.Path).Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_one_clear_line()
    {
        var file = Path.Combine(_temp.Path, "a file");
        File.WriteAllText(file, "");
        var error = Should.Throw<MesharaStartException>(() => DataFolder.Open(Path.Combine(file, "below")));
        error.Message.ShouldContain("cannot be written");
        error.Message.ShouldNotContain("\n");
    }

    public void Dispose() => _temp.Dispose();
}
