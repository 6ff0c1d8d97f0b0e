using System.Runtime.InteropServices;

namespace Meshara.Node.Run;

/// <summary>
/// Notices that nobody reads stdout: any more, as after <c>meshara events --follow | head -1</c> (.NET ignores SIGPIPE and drops what is
/// written then, so that nothing else would end the command), or for a while.
/// </summary>
internal static class OutputPipe
{
    private const int Stdout = 1;

    /// <summary>POLLOUT.</summary>
    private const short Writable = 4;

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

    /// <summary>
    /// Blocks until a line can be written, or nobody will ever read it. In <see cref="Console"/> it would block too, but with the lock that
    /// stderr shares: the log would stand still, and with it the end of the actor system.
    /// </summary>
    public static void AwaitRoom()
    {
        if (!OperatingSystem.IsWindows())
        {
            var watched = new Watched { Descriptor = Stdout, Asked = Writable };
            while (Poll(ref watched, 1, timeout: -1) <= 0)
            {
                watched.Happened = 0;
            }
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
