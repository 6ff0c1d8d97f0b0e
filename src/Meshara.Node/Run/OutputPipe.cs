using System.Runtime.InteropServices;

namespace Meshara.Node.Run;

/// <summary>
/// Notices that nobody reads stdout any more, as after <c>meshara events --follow | head -1</c>: .NET ignores SIGPIPE and drops what
/// is written then, so that nothing else would end the command.
/// </summary>
internal static class OutputPipe
{
    private const int Stdout = 1;

    public static void WhenClosed(Action act)
    {
        if (!OperatingSystem.IsWindows())
        {
            new Thread(() =>
            {
                // No events asked for: poll(2) then returns for POLLERR, POLLHUP and POLLNVAL alone, or is interrupted.
                var watched = new Watched { Descriptor = Stdout };
                while (Poll(ref watched, 1, timeout: -1) <= 0)
                {
                    watched.Happened = 0;
                }

                act();
            })
            { IsBackground = true }.Start();
        }
    }

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref Watched watched, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int Descriptor;
        public short Asked;
        public short Happened;
    }
}
