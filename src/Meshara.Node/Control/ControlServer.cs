using System.Net.Sockets;
using System.Text;
using Meshara.Actors;
using Meshara.Node.Output;

namespace Meshara.Node.Control;

/// <summary>
/// Lets in those who steer the node: as many as fit, and of those who have not said yet what they want the oldest gives way, so that
/// no forgotten connection locks the operator out.
/// </summary>
internal sealed class ControlServer : IDisposable
{
    /// <summary>Bounds on what local programs may cost: connections at one time, and those of them that read events.</summary>
    private const int MaxCalls = 64, MaxReaders = 32;

    /// <summary>On Linux a connect to a full backlog fails at once, so it has room for a burst.</summary>
    private const int Backlog = 512;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly string _path;
    private readonly Socket _socket;
    private readonly Requests _requests;
    private readonly CancellationTokenSource _open = new();
    private readonly CancellationTokenSource _alive = new();
    private readonly List<(ControlCall Call, Task Served)> _calls = [];

    /// <exception cref="IOException">The socket cannot be made; the message says why.</exception>
    public ControlServer(string folder, Mesh mesh, ProgramParts program)
    {
        using var path = new ControlSocket(folder);
        _path = path.FullPath;
        _requests = new Requests(mesh, program);
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // One that a killed node left behind: this node holds the lock of the folder, so nobody listens there.
            File.Delete(_path);
            _socket.Bind(path.EndPoint);
            if (!OperatingSystem.IsWindows())
            {
                // Nobody can connect before it listens.
                File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            _socket.Listen(Backlog);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            _socket.Dispose();
            throw new IOException($"The control socket {_path} cannot be made: {e.Message}", e);
        }
    }

    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await AdmitNextAsync();
            }
        }
        catch (Exception e) when (_open.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException)
        {
            // The node stops.
        }
    }

    /// <summary>
    /// Takes no more calls. Comes before the node lets go of its folder: later this would delete the socket of the next node.
    /// </summary>
    public void Close()
    {
        if (!_open.IsCancellationRequested)
        {
            _open.Cancel();
            _socket.Dispose();
            File.Delete(_path);
        }
    }

    /// <summary>Lets the calls come to their end, so that who follows the events sees the last one; but not for longer than that.</summary>
    public async Task FinishAsync(TimeSpan patience)
    {
        Task[] served;
        lock (_calls)
        {
            served = [.. _calls.Select(c => c.Served)];
        }

        await Task.WhenAny(Task.WhenAll(served), Task.Delay(patience));
    }

    public void Dispose()
    {
        Close();
        _alive.Cancel();
    }

    private async Task AdmitNextAsync()
    {
        try
        {
            Admit(await _socket.AcceptAsync(_open.Token));
        }
        catch (SocketException)
        {
            // Out of file descriptors, most likely: there is room again when one goes.
            await Task.Delay(AfterFailure, _open.Token);
        }
    }

    private void Admit(Socket socket)
    {
        ControlCall? oldest;
        lock (_calls)
        {
            _calls.RemoveAll(c => c.Served.IsCompleted);
            oldest = _calls.Count < MaxCalls ? null : _calls.Find(c => c.Call.State == CallState.Silent).Call;
            if (_calls.Count < MaxCalls || oldest is not null)
            {
                _calls.RemoveAll(c => c.Call == oldest);
                var call = new ControlCall(socket, _requests, StartsReading, _alive.Token);
                _calls.Add((call, call.ServeAsync()));
                socket = null!;
            }
        }

        oldest?.GiveWay();
        if (socket is not null)
        {
            Refuse(socket);
        }
    }

    private bool StartsReading(ControlCall call)
    {
        lock (_calls)
        {
            if (_calls.Count(c => c.Call.State == CallState.Events && !c.Served.IsCompleted) >= MaxReaders)
            {
                return false;
            }

            call.State = CallState.Events;
            return true;
        }
    }

    private static void Refuse(Socket socket)
    {
        using (socket)
        {
            try
            {
                // The buffer of a new connection is empty, so this does not wait.
                var answer = Json.Error("rate-limited", $"The node answers {MaxCalls} commands at this time; try again in a moment.");
                socket.Send(Encoding.UTF8.GetBytes(Json.Line(answer) + "\n"));
            }
            catch (SocketException)
            {
                // It has gone already.
            }
        }
    }
}
