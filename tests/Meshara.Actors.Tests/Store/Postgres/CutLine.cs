using System.Net.Sockets;

namespace Meshara.Actors.Tests.Store.Postgres;

/// <summary>A line to a server that can be cut: what is sent then arrives nowhere, and nobody is told, as when a network is partitioned.</summary>
internal sealed class CutLine : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopped = new();
    private readonly string _server;
    private volatile bool _isCut;

    /// <param name="listen">The path of the socket that clients find.</param>
    /// <param name="server">The path of the server's own.</param>
    public CutLine(string listen, string server)
    {
        _server = server;
        _listener.Bind(new UnixDomainSocketEndPoint(listen));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public void Cut() => _isCut = true;

    /// <summary>For connections that are made from now on; those that were cut stay so.</summary>
    public void Heal() => _isCut = false;

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Dispose();
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_stopped.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = PassOnAsync(client);
        }
    }

    private async Task PassOnAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            try
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_server), _stopped.Token);
                await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var (buffer, wasCut) = (new byte[16 * 1024], _isCut);
        while (await from.ReceiveAsync(buffer, _stopped.Token) is > 0 and var count)
        {
            wasCut |= _isCut;
            if (!wasCut)
            {
                await to.SendAsync(buffer.AsMemory(0, count), _stopped.Token);
            }
        }
    }
}
