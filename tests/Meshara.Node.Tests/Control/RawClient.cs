using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Meshara.Node.Tests.Control;

/// <summary>Somebody who speaks to the control socket of a data folder by hand.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public RawClient(string folder) => _socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(folder, "control.sock")));

    public Task SayAsync(string text) => SayAsync(Encoding.UTF8.GetBytes(text));

    public async Task SayAsync(byte[] bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await _socket.SendAsync(bytes.AsMemory(sent), patience.Token);
        }
    }

    /// <summary>All that is answered until the node closes the connection.</summary>
    public async Task<string> HearAllAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var (all, buffer) = (new MemoryStream(), new byte[4096]);
        try
        {
            while (await _socket.ReceiveAsync(buffer, patience.Token) is > 0 and var size)
            {
                all.Write(buffer, 0, size);
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The node did not read all that was said.
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }

    /// <summary>The reason of the one error that is answered.</summary>
    public async Task<string> HearErrorAsync() =>
        JsonNode.Parse(await HearAllAsync())!["error"]!["reason"]!.GetValue<string>();

    public void Dispose() => _socket.Dispose();
}
