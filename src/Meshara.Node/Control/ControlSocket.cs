using System.Net.Sockets;
using System.Text;

namespace Meshara.Node.Control;

/// <summary>
/// The Unix domain socket in a data folder, by which other processes of the same user speak to its node. A path may have at most
/// 107 bytes there (sockaddr_un); a longer one is reached through a short symbolic link in a private temporary folder.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    private const string Name = "control.sock";

    private const int MaxPath = 100;

    private readonly string? _shortcut;

    /// <exception cref="PathTooLongException">Even the path in the temporary folder is too long.</exception>
    public ControlSocket(string folder)
    {
        FullPath = Path.Combine(Path.GetFullPath(folder), Name);
        var reached = FullPath;
        if (IsTooLong(FullPath))
        {
            _shortcut = Directory.CreateTempSubdirectory("meshara-").FullName;
            Directory.CreateSymbolicLink(Path.Combine(_shortcut, "d"), Path.GetFullPath(folder));
            reached = Path.Combine(_shortcut, "d", Name);
            if (IsTooLong(reached))
            {
                Dispose();
                throw new PathTooLongException(
                    $"{FullPath} has over {MaxPath} bytes, too many for a control socket, and so has the temporary folder. "
                    + "Name a shorter data folder.");
            }
        }

        EndPoint = new UnixDomainSocketEndPoint(reached);
    }

    public string FullPath { get; }

    public UnixDomainSocketEndPoint EndPoint { get; }

    public void Dispose()
    {
        if (_shortcut is not null)
        {
            // The link itself, not what it leads to, which may be nothing.
            var link = Path.Combine(_shortcut, "d");
            if (OperatingSystem.IsWindows())
            {
                Directory.Delete(link);
            }
            else
            {
                File.Delete(link);
            }

            Directory.Delete(_shortcut);
        }
    }

    private static bool IsTooLong(string path) => Encoding.UTF8.GetByteCount(path) > MaxPath;
}
