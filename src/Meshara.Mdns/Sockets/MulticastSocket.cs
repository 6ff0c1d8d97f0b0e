using System.Net;
using System.Net.Sockets;

namespace Meshara.Mdns.Sockets;

/// <summary>
/// The socket of one address family: bound to the port beside every other responder of the host, and joined to the group on each
/// interface. Sends from any thread; <see cref="Keep"/> is for one at a time.
/// </summary>
internal sealed class MulticastSocket : IDisposable
{
    /// <summary>RFC 6762 section 11: everything leaves with 255, multicast or not.</summary>
    private const int Hops = 255;

    /// <summary>
    /// Windows' switch for reporting that a packet sent before was not wanted, as an error of the next receive.
    /// </summary>
    private const int UdpConnectionReset = unchecked((int)0x9800000C);

    private readonly Socket _socket;
    private readonly int _port;
    private readonly NetworkCounts _counts;
    private readonly HashSet<int> _joined = [];
    private readonly Lock _sending = new();

    private MulticastSocket(Socket socket, int port, NetworkCounts counts)
    {
        _socket = socket;
        _port = port;
        _counts = counts;
    }

    public AddressFamily Family => _socket.AddressFamily;

    private SocketOptionLevel Level => Family == AddressFamily.InterNetworkV6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;

    /// <exception cref="SocketException">The port is taken by one that does not share it, or there is no such family.</exception>
    public static MulticastSocket Bind(AddressFamily family, int port, NetworkCounts counts)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            var bound = new MulticastSocket(socket, port, counts);
            bound.Configure();
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            return bound;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Is a member of the group on exactly these interfaces from now on, as far as the system lets it.</summary>
    /// <param name="fresh">
    /// Those to leave and join again, because what the system knew of them may be gone with their addresses.
    /// </param>
    public void Keep(IReadOnlyCollection<int> interfaces, IReadOnlySet<int> fresh)
    {
        // The system keeps memberships of interfaces that are gone, and there is a limit (20 on Linux): leave them.
        foreach (var index in _joined.Where(i => fresh.Contains(i) || !interfaces.Contains(i)).ToArray())
        {
            _joined.Remove(index);
            Membership(index, SocketOptionName.DropMembership);
        }

        foreach (var index in interfaces.Where(i => !_joined.Contains(i)).ToArray())
        {
            switch (Membership(index, SocketOptionName.AddMembership))
            {
                case SocketError.Success or SocketError.AddressAlreadyInUse:
                    _joined.Add(index);
                    break;
                case var error:
                    _counts.JoinFailed(error, index);
                    break;
            }
        }
    }

    /// <summary>Sends to the group by that interface.</summary>
    public void Multicast(ReadOnlySpan<byte> packet, MdnsInterface by)
    {
        // To IPv6 the scope id in the destination is the interface; IPv4 knows only the option of the socket.
        var group = Family == AddressFamily.InterNetworkV6
            ? new IPAddress(MdnsGroup.IPv6.GetAddressBytes(), by.Index)
            : MdnsGroup.IPv4;
        lock (_sending)
        {
            try
            {
                if (Family == AddressFamily.InterNetwork)
                {
                    _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, ForIPv4(by));
                }

                _socket.SendTo(packet, SocketFlags.None, new IPEndPoint(group, _port));
                _counts.Send(by.Index);
            }
            catch (SocketException e)
            {
                _counts.SendFailed(e.SocketErrorCode, by.Index);
            }
            catch (ObjectDisposedException)
            {
                _counts.SendFailed(SocketError.Shutdown, by.Index);
            }
        }
    }

    /// <summary>Sends to one host, which is on the link of that interface.</summary>
    public void Unicast(ReadOnlySpan<byte> packet, IPEndPoint to, int interfaceIndex)
    {
        try
        {
            _socket.SendTo(packet, SocketFlags.None, to);
            _counts.Send(interfaceIndex);
        }
        catch (SocketException e)
        {
            _counts.SendFailed(e.SocketErrorCode, interfaceIndex);
        }
        catch (ObjectDisposedException)
        {
            _counts.SendFailed(SocketError.Shutdown, interfaceIndex);
        }
    }

    public ValueTask<SocketReceiveMessageFromResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        _socket.ReceiveMessageFromAsync(
            buffer, new IPEndPoint(Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0), cancellation);

    public void Dispose() => _socket.Dispose();

    /// <summary>
    /// An interface by its index, in network byte order. Loopback by its address: by the index Linux would take the source from
    /// some other interface, and send from 0.0.0.0 on a host that has no other.
    /// </summary>
    private static int ForIPv4(MdnsInterface by) =>
        by.IsLoopback && by.Addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) is { } address
            ? BitConverter.ToInt32(address.GetAddressBytes())
            : IPAddress.HostToNetworkOrder(by.Index);

    private void Configure()
    {
        // Avahi, the system's own responder and other nodes hold the port too. On Unix this sets SO_REUSEPORT as well.
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (Family == AddressFamily.InterNetworkV6)
        {
            _socket.DualMode = false;
        }

        // Of both families; the option HopLimit is another one and unknown to Linux.
        _socket.Ttl = Hops;
        _socket.SetSocketOption(Level, SocketOptionName.MulticastTimeToLive, Hops);

        // Another node on this host must hear us, so we hear ourselves too.
        _socket.SetSocketOption(Level, SocketOptionName.MulticastLoopback, true);

        // The first receive would set it; packets that came before it would lack the interface.
        _socket.SetSocketOption(Level, SocketOptionName.PacketInformation, true);

        // Who sends is an actor: when the system's buffer is full, the packet is lost (and mDNS repeats) rather than the thread.
        _socket.Blocking = false;
        if (OperatingSystem.IsWindows())
        {
            _socket.IOControl(UdpConnectionReset, [0, 0, 0, 0], null);
        }
    }

    private SocketError Membership(int index, SocketOptionName what)
    {
        try
        {
            object option = Family == AddressFamily.InterNetworkV6
                ? new IPv6MulticastOption(MdnsGroup.IPv6, index)
                : new MulticastOption(MdnsGroup.IPv4, index);
            _socket.SetSocketOption(Level, what, option);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }
}
