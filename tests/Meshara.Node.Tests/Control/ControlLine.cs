using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Meshara.Node.Tests.Control;

/// <summary>A raw connection to the control socket of a data folder, as any local program can make one.</summary>
internal sealed class ControlLine : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _patience = new(Patience);

    private ControlLine()
    {
    }

    public static async Task<ControlLine> ConnectAsync(string data)
    {
        var line = new ControlLine();
        await line._socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(data, "control.sock")), line._patience.Token);
        return line;
    }

    /// <summary>The answer to one request, and the end of the connection.</summary>
    public static async Task<JsonObject> AskAsync(string data, string request)
    {
        using var line = await ConnectAsync(data);
        await line.SendAsync(request + "\n");
        return JsonNode.Parse(await line.ReadToEndAsync())!.AsObject();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, _patience.Token)..];
        }
    }

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>One read; empty at the end.</summary>
    public async Task<string> ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        return Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, _patience.Token));
    }

    /// <summary>What comes until the other side closes, whether in peace or not.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var all = new StringBuilder();
        try
        {
            while (await ReadAsync() is { Length: > 0 } more)
            {
                all.Append(more);
            }
        }
        catch (SocketException)
        {
            // Closed with something unread.
        }

        return all.ToString();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }
}
