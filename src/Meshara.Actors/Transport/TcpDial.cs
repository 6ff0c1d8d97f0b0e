using System.Net;
using System.Net.Sockets;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>Opens a TCP connection to a peer's address.</summary>
internal static class TcpDial
{
    /// <summary>A host name may have many addresses; more than this are not tried.</summary>
    private const int MaxAddresses = 8;

    public static async Task<Socket> ConnectAsync(PeerAddress address, CancellationToken cancellation)
    {
        var endPoints = await EndPointsOf(address, cancellation).ConfigureAwait(false);
        TransportException? last = null;
        foreach (var endPoint in endPoints)
        {
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endPoint, cancellation).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = new TransportException(ReasonOf(e.SocketErrorCode), $"{endPoint}: {e.Message}", e);
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new TransportException(Reason.NameNotFound, $"{address} has no address.");
    }

    private static async Task<IReadOnlyList<IPEndPoint>> EndPointsOf(PeerAddress address, CancellationToken cancellation)
    {
        switch (address)
        {
            case PeerAddress.Ip ip:
                return [ip.EndPoint];
            case PeerAddress.Dns dns:
                try
                {
                    var found = await Dns.GetHostAddressesAsync(dns.Host, cancellation).ConfigureAwait(false);
                    return [.. found.Take(MaxAddresses).Select(a => new IPEndPoint(a, dns.Port))];
                }
                catch (SocketException e)
                {
                    throw new TransportException(Reason.NameNotFound, $"{dns.Host}: {e.Message}", e);
                }

            default:
                throw new ArgumentOutOfRangeException(nameof(address), address, null);
        }
    }

    private static Reason ReasonOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => Reason.Refused,
        SocketError.NetworkDown => Reason.NetworkDown,
        _ => Reason.Unreachable,
    };
}
