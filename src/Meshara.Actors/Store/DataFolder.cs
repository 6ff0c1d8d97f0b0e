namespace Meshara.Actors.Store;

/// <summary>
/// The data folder, held for one node: a second one that opens it is refused. The lock is the operating system's, on an open file, so that
/// it is gone with the process, however that ends; that the file exists means nothing.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    public const string LockName = "meshara.lock";

    /// <summary>Beside the lock, because nobody can read a file that is locked.</summary>
    public const string PidName = "meshara.pid";

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>The absolute path of the folder that a person named; where none was, the platform's own place for such data.</summary>
    /// <exception cref="MesharaStartException">None was named, and this user has no home folder.</exception>
    public static string PathOf(string named)
    {
        if (named.Length > 0)
        {
            return System.IO.Path.GetFullPath(named);
        }

        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return local.Length > 0
            ? System.IO.Path.Combine(local, "meshara")
            : throw new MesharaStartException("This user has no home folder to keep data in. Say where with 'data' (or --data DIR).");
    }

    /// <summary>Makes the folder if it is missing (on Unix for its owner only), and locks it until it is disposed.</summary>
    /// <exception cref="MesharaStartException">Another node uses it, in this process or another; or it cannot be written.</exception>
    public static DataFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Create(full);
            var folder = new DataFolder(full, Lock(full));
            folder.WritePid();
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MesharaStartException($"The data folder {full} cannot be written: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>
    /// Lets another node have it. The lock file stays: deleting it would let two nodes hold two files of one name.
    /// </summary>
    public void Dispose()
    {
        if (_lock.CanWrite)
        {
            File.Delete(System.IO.Path.Combine(Path, PidName));
        }

        _lock.Dispose();
    }

    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static FileStream Lock(string folder)
    {
        var path = System.IO.Path.Combine(folder, LockName);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw new MesharaStartException($"The data folder {folder} is already used by {Holder(folder)}; give this node another one.", e);
        }
    }

    /// <summary>
    /// EWOULDBLOCK of flock(2) on Linux and on the BSDs and macOS; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION on Windows.
    /// </summary>
    private static bool IsHeld(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) is 32 or 33
        : e.HResult is 11 or 35;

    private static string Holder(string folder)
    {
        try
        {
            return $"the node with pid {int.Parse(File.ReadAllText(System.IO.Path.Combine(folder, PidName)), provider: null)}";
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            return "another node";
        }
    }

    private void WritePid() => File.WriteAllText(
        System.IO.Path.Combine(Path, PidName), Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
