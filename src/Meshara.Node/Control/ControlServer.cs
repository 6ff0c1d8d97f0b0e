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

    /// <summary>Out of file descriptors, most likely: the next moment may have one again.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(200);

    /// <summary>The last answers of a node that stops may take no longer.</summary>
    private static readonly TimeSpan LastAnswers = TimeSpan.FromMilliseconds(300);

    private readonly ControlSocket _path;
    private readonly Socket _socket;
    private readonly Requests _requests;
    private readonly CancellationTokenSource _listening = new();
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
                var socket = await AcceptAsync();
                await _room.WaitAsync(_listening.Token);
                _ = ServeAsync(socket);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>Asks nobody in any more, and lets those who were told something hear it to its end.</summary>
    public async Task StopAsync()
    {
        await _listening.CancelAsync();
        for (var i = 0; i < MaxConnections && await _room.WaitAsync(LastAnswers); i++)
        {
        }

        await _alive.CancelAsync();
    }

    public void Dispose()
    {
        _listening.Cancel();
        _alive.Cancel();
        _socket.Dispose();
        File.Delete(_path.FullPath);
        _path.Dispose();
    }

    private async Task<Socket> AcceptAsync()
    {
        while (true)
        {
            try
            {
                return await _socket.AcceptAsync(_listening.Token);
            }
            catch (SocketException)
            {
                await Task.Delay(AfterFailure, _listening.Token);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var request = Parse(await RequestAsync(stream));
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(_alive.Token);
            var watching = Requests.IsEndless(request) ? CancelWhenGoneAsync(stream, gone) : Task.CompletedTask;
            await foreach (var answer in _requests.AnswerAsync(request, gone.Token))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(Json.Line(answer) + "\n"), gone.Token);
            }

            await gone.CancelAsync();
            await watching;
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

    private async Task<string?> RequestAsync(NetworkStream stream)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_listening.Token);
        patience.CancelAfter(RequestTimeout);
        return await ReadLineAsync(stream, patience.Token);
    }

    /// <summary>In a quiet mesh nothing is written for hours, and a client that is gone would keep its place.</summary>
    private static async Task CancelWhenGoneAsync(NetworkStream stream, CancellationTokenSource gone)
    {
        try
        {
            var ignored = new byte[256];
            while (await stream.ReadAsync(ignored, gone.Token) > 0)
            {
            }

            await gone.CancelAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Cut off, or all was said.
        }
    }

    private static JsonObject? Parse(string? line)
    {
        try
        {
            return line is null ? null : JsonNode.Parse(line, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
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
