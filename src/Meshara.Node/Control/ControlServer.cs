using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Meshara.Actors;
using Meshara.Node.Output;

namespace Meshara.Node.Control;

/// <summary>Answers those who steer the node: one request a connection, a line of JSON; the answer is one line, or many for events.</summary>
internal sealed class ControlServer : IDisposable
{
    /// <summary>Bounds on what a local program may cost: bytes of a request, time to send it, connections at one time.</summary>
    private const int MaxRequest = 1024 * 1024;

    private const int MaxConnections = 64;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly ControlSocket _path;
    private readonly Socket _socket;
    private readonly Requests _requests;
    private readonly CancellationTokenSource _alive = new();
    private readonly SemaphoreSlim _room = new(MaxConnections);

    public ControlServer(string folder, Mesh mesh)
    {
        _requests = new Requests(mesh);
        _path = new ControlSocket(folder);

        // One that a killed node left behind: this node holds the lock of the folder, so nobody listens there.
        File.Delete(_path.FullPath);
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _socket.Bind(_path.EndPoint);
        if (!OperatingSystem.IsWindows())
        {
            // The folder is the owner's alone, so nobody can connect before this.
            File.SetUnixFileMode(_path.FullPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _socket.Listen(MaxConnections);
    }

    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_alive.Token);
                _ = ServeAsync(await _socket.AcceptAsync(_alive.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The node stops.
        }
    }

    public void Dispose()
    {
        _alive.Cancel();
        _socket.Dispose();
        File.Delete(_path.FullPath);
        _path.Dispose();
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_alive.Token);
            patience.CancelAfter(RequestTimeout);
            var request = await ReadLineAsync(stream, patience.Token);
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            await foreach (var answer in _requests.AnswerAsync(Parse(request), patience.Token))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(Json.Line(answer) + "\n"), patience.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Whoever asked has gone, or took too long.
        }
        finally
        {
            _room.Release();
        }
    }

    private static JsonObject? Parse(string? line)
    {
        try
        {
            return line is null ? null : JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<string?> ReadLineAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        var line = new MemoryStream();
        while (line.Length <= MaxRequest)
        {
            var read = await stream.ReadAsync(buffer, cancellation);
            var end = buffer.AsSpan(0, read).IndexOf((byte)'\n');
            line.Write(buffer, 0, end >= 0 ? end : read);
            if (end >= 0 || read == 0)
            {
                return Encoding.UTF8.GetString(line.ToArray());
            }
        }

        return null;
    }
}
