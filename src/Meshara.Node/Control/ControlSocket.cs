using System.Net.Sockets;

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

    public ControlSocket(string folder)
    {
        FullPath = Path.Combine(Path.GetFullPath(folder), Name);
        var reached = FullPath;
        if (System.Text.Encoding.UTF8.GetByteCount(FullPath) > MaxPath)
        {
            _shortcut = Directory.CreateTempSubdirectory("meshara-").FullName;
            Directory.CreateSymbolicLink(Path.Combine(_shortcut, "d"), Path.GetFullPath(folder));
            reached = Path.Combine(_shortcut, "d", Name);
        }

        EndPoint = new UnixDomainSocketEndPoint(reached);
    }

    public string FullPath { get; }

    public UnixDomainSocketEndPoint EndPoint { get; }

    public void Dispose()
    {
        if (_shortcut is not null)
        {
            // The link itself, not what it leads to.
            Directory.Delete(Path.Combine(_shortcut, "d"));
            Directory.Delete(_shortcut);
        }
    }
}
