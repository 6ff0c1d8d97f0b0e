using System.Diagnostics;
using Meshara.Actors.Store;
using Meshara.Actors.Store.Upkeep;
using Meshara.StoreWriter;
using Meshara.Tests;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Meshara.Actors.Tests.Store;

/// <summary>
/// A process that writes to a store without pause is killed. What a kill leaves is what the kernel holds at that moment: so a process that is
/// stopped (SIGSTOP) leaves the same in a copy of its files, and goes on to be stopped again, which is a hundred times as quick.
/// </summary>
public sealed class CrashSpec(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How often the process itself is killed: with MESHARA_KILLS=200 for as many as there are points above, some minutes long.</summary>
    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("MESHARA_KILLS"), out var kills) ? kills : 5;

    private readonly TempFolder _temp = new();
    private readonly Random _random = new(20261124);

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [SkippableFact]
    public async Task At_200_random_points_nothing_acknowledged_is_missing_and_all_is_whole()
    {
        Requires.Linux();
        var (data, copy) = (Path.Combine(_temp.Path, "data"), Path.Combine(_temp.Path, "copy"));
        using var writer = Start(data);
        WaitFor(data, 1);
        var points = new List<int>();
        for (var n = 0; n < 200; n++)
        {
            // Real time: where another process is in its work is what is to differ.
            await Task.Delay(_random.Next(40));
            Signal(writer, "STOP");
            SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{writer.Id}/stat").Split(") ")[1][0] == 'T', Patience).ShouldBeTrue();
            Directory.CreateDirectory(copy);
            foreach (var file in Directory.GetFiles(data).Where(f => !f.EndsWith(DataFolder.LockName, StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }

            points.Add(Check(copy));
            Directory.Delete(copy, recursive: true);
            Signal(writer, "CONT");
        }

        writer.Kill();
        output.WriteLine($"Stopped at 200 points, with {points[0]} to {points[^1]} commands acknowledged.");
        points.Distinct().Count().ShouldBeGreaterThan(50, "the points are to differ");
    }

    [SkippableFact]
    public async Task Killed_again_and_again_it_goes_on_and_what_it_repeats_does_no_harm()
    {
        Requires.Linux();
        var (data, acknowledged) = (Path.Combine(_temp.Path, "data"), 0);
        for (var n = 0; n < Kills; n++)
        {
            using var writer = Start(data);
            WaitFor(data, acknowledged + 1);
            await Task.Delay(_random.Next(200));
            writer.Kill();
            writer.WaitForExit(Patience).ShouldBeTrue();
            writer.StandardError.ReadToEnd().ShouldBeEmpty();
            acknowledged = Check(data);
        }

        output.WriteLine($"Killed {Kills} times, with {acknowledged} commands acknowledged in the end.");
    }

    /// <summary>Reads what is there as a start would, and compares it with what was acknowledged.</summary>
    /// <returns>How much that was.</returns>
    private static int Check(string folder)
    {
        var acknowledged = (int)new FileInfo(Path.Combine(folder, "acknowledged")).Length;
        var rows = new StoreRows(StoreDatabase.At(folder, new()), StoreRows.PersistenceIdOf(Course.Node));
        rows.Complaints().ShouldBeEmpty();
        var reading = StoreReading.Of(rows.Snapshots(), rows.Events());
        reading.Faults.ShouldBeEmpty();
        for (var peer = 0; peer <= (acknowledged + 1) / Course.Steps; peer++)
        {
            // The command after the last that was acknowledged may be kept or not.
            var steps = Course.StepsOf(reading.Known.Peers.GetValueOrDefault(Course.IdOf(peer)));
            var least = Math.Clamp(acknowledged - (peer * Course.Steps), 0, Course.Steps);
            steps.ShouldBeInRange(least, Math.Min(least + 1, Course.Steps), $"peer {peer} with {acknowledged} commands acknowledged");
        }

        reading.Known.Peers.Count.ShouldBeLessThanOrEqualTo((acknowledged / Course.Steps) + 1);
        return acknowledged;
    }

    private static Process Start(string data) => Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "meshara-store-writer.dll"), data])
    {
        RedirectStandardError = true,
    })!;

    private static void WaitFor(string data, int acknowledged)
    {
        var file = new FileInfo(Path.Combine(data, "acknowledged"));
        SpinWait.SpinUntil(() =>
        {
            file.Refresh();
            return file.Exists && file.Length >= acknowledged;
        }, Patience).ShouldBeTrue();
    }

    private static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]);
        kill.WaitForExit();
    }
}
