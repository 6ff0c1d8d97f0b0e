namespace Meshara.Tests;

/// <summary>
/// A folder that a test owns. In memory where the system has room for files there: a store waits for its disk at each step, and hundreds of
/// tests would wait with it. What a killed process leaves behind is the same there.
/// </summary>
internal sealed class TempFolder : IDisposable
{
    private const string InMemory = "/dev/shm";

    /// <summary>Beyond what all tests need together; a container may have 64 MiB there.</summary>
    private const long Room = 2L * 1024 * 1024 * 1024;

    public string Path { get; } = Create();

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string Create()
    {
        const string Prefix = "meshara-test-";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(InMemory) || new DriveInfo(InMemory).AvailableFreeSpace < Room)
        {
            return Directory.CreateTempSubdirectory(Prefix).FullName;
        }

        var path = System.IO.Path.Combine(InMemory, Prefix + System.IO.Path.GetRandomFileName());
        return Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }
}
