using System.Runtime.InteropServices;

namespace Meshara.Core.Identity;

/// <summary>Moves a file to where nothing may be yet, in one step.</summary>
internal static class ExclusiveMove
{
    /// <summary>The file is there already (errno EEXIST, the same on Linux, macOS and the BSDs).</summary>
    private const int Exists = 17;

    /// <summary>
    /// Of several movers at once exactly one succeeds. On Unix <see cref="File.Move(string, string, bool)"/> looks first and renames
    /// then, which overwrites what came between; link(2) of POSIX.1-2017 refuses in one step.
    /// </summary>
    /// <exception cref="IOException">Something is there already, or it cannot be moved.</exception>
    public static void Move(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(from, to, overwrite: false);
            return;
        }

        if (Link(from, to) == 0)
        {
            File.Delete(from);
            return;
        }

        if (Marshal.GetLastPInvokeError() == Exists)
        {
            throw new IOException($"{to} is there already.");
        }

        // A file system without hard links: what is left is the look and the rename.
        File.Move(from, to, overwrite: false);
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true, BestFitMapping = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
