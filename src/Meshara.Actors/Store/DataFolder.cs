using System.Globalization;
using Meshara.Actors.Configuration;

namespace Meshara.Actors.Store;

/// <summary>
/// The folder of one node, held exclusively while the node runs: identity, peer store, control socket. The hold is the operating
/// system's lock on an open file; it goes with the process, even one that is killed.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const string LockName = "meshara.lock";

    private const string PidName = "meshara.pid";

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (FullPath, _lock) = (path, held);

    public string FullPath { get; }

    /// <summary>Where a node keeps its data when nobody says otherwise.</summary>
    public static string Default
    {
        get
        {
            var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return local.Length > 0
                ? Path.Combine(local, "meshara")
                : throw new MesharaStartException("This user has no home folder to keep data in. Say where with 'data' (or --data DIR).");
        }
    }

    /// <summary>The folder that the settings name.</summary>
    public static string PathFor(MesharaSettings settings) => Path.GetFullPath(settings.Data.Length > 0 ? settings.Data : Default);

    /// <summary>Makes the folder if it is missing, and takes hold of it.</summary>
    /// <exception cref="MesharaStartException">Another node holds it, or it cannot be written.</exception>
    public static DataFolder Hold(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var held = new FileStream(Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(Path.Combine(path, PidName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new DataFolder(path, held);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException and not PathTooLongException && IsHeld(path))
        {
            throw new MesharaStartException($"The data folder {path} is in use by the node with pid {PidOf(path)}. Stop that one, or give this one another folder (--data DIR).", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MesharaStartException($"The data folder {path} cannot be used: {e.Message}", e);
        }
    }

    public string PathOf(string name) => Path.Combine(FullPath, name);

    public void Dispose()
    {
        File.Delete(PathOf(PidName));
        _lock.Dispose();
    }

    private static bool IsHeld(string path)
    {
        try
        {
            new FileStream(Path.Combine(path, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return false;
        }
        catch (IOException)
        {
            return File.Exists(Path.Combine(path, LockName));
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string PidOf(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(Path.Combine(path, PidName)), out var pid) ? pid.ToString(CultureInfo.InvariantCulture) : "unknown";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
