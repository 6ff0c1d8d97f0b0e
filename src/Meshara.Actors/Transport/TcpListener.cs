using System.Net;
using System.Net.Sockets;
using Meshara.Actors.Configuration;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>A bound TCP endpoint.</summary>
internal sealed class TcpListener : IPeerListener
{
    /// <summary>Connections that the system may hold until they are accepted.</summary>
    private const int Backlog = 512;

    private readonly TlsTransport _transport;
    private readonly Socket _socket;

    /// <exception cref="TransportException">The endpoint cannot be bound.</exception>
    public TcpListener(ListenAddress address, TlsTransport transport)
    {
        _transport = transport;
        try
        {
            _socket = Bind(address.EndPoint);
        }
        catch (SocketException e) when (address.FallsBack && e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            _socket = Bind(new IPEndPoint(address.EndPoint.Address, 0));
        }
        catch (SocketException e)
        {
            throw new TransportException(Reason.Refused, Explain(address.EndPoint, e), e);
        }

        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint LocalEndPoint { get; }

    public async Task<IInboundSocket> AcceptAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var socket = await _socket.AcceptAsync(cancellation).ConfigureAwait(false);
            try
            {
                socket.NoDelay = true;
                return new Inbound(socket, _transport);
            }
            catch (SocketException)
            {
                // It was gone before it could be looked at.
                socket.Dispose();
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Bind(IPEndPoint endPoint)
    {
        if (!endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            return BindOne(endPoint);
        }

        var ipv4 = new IPEndPoint(IPAddress.Any, endPoint.Port);
        if (!Socket.OSSupportsIPv6)
        {
            return BindOne(ipv4);
        }

        try
        {
            return BindOne(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            // The kernel knows IPv6, but it is switched off on this machine.
            return BindOne(ipv4);
        }
    }

    private static Socket BindOne(IPEndPoint endPoint)
    {
        // ReuseAddress stays off: on Linux .NET makes SO_REUSEPORT of it, and two nodes could share a port without knowing.
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Explain(IPEndPoint endPoint, SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Port {endPoint.Port} on {endPoint.Address} is in use by another program. Stop that one, or listen elsewhere, for instance on {new IPEndPoint(endPoint.Address, 0)} for a free port.",
        SocketError.AccessDenied =>
            $"This user may not listen on port {endPoint.Port}. Ports below 1024 are the administrator's; choose a higher one.",
        SocketError.AddressNotAvailable =>
            $"This machine has no address {endPoint.Address}. Listen on one that it has, or on 0.0.0.0 for all.",
        _ => $"Cannot listen on {endPoint}: {e.Message}",
    };

    private sealed class Inbound(Socket socket, TlsTransport transport) : IInboundSocket
    {
        private bool _handedOver;

        public IPEndPoint Remote { get; } = Plain((IPEndPoint)socket.RemoteEndPoint!);

        public Task<IPeerLink> SecureAsync(CancellationToken cancellation)
        {
            _handedOver = true;
            return transport.SecureAsync(socket, expected: null, server: true, cancellation);
        }

        public void Dispose()
        {
            if (!_handedOver)
            {
                socket.Dispose();
            }
        }

        private static IPEndPoint Plain(IPEndPoint endPoint) =>
            endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
    }
}
