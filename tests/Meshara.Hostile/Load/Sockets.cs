using System.Net;
using System.Net.Sockets;
using Meshara.Actors.Transport;
using Meshara.Core.Peers;

namespace Meshara.Hostile.Load;

/// <summary>Plain sockets from a host of one's choice: on loopback all of 127.0.0.0/8 are hosts.</summary>
internal static class Sockets
{
    /// <exception cref="TransportException">Nobody took the connection.</exception>
    public static async Task<Socket> ConnectAsync(IPEndPoint node, IPAddress from, CancellationToken patience)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(node, patience);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new TransportException(Reason.Unreachable, e.Message, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Ends it at once, with a reset: none of thousands of sockets waits for two minutes after its end.</summary>
    public static void Reset(this Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }

        socket.Dispose();
    }
}
