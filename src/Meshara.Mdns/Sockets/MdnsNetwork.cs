using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Meshara.Mdns.Sockets;

/// <summary>
/// The real network: one socket per address family, shared with every other responder of the host, on those interfaces that the
/// filter allows, followed as they come and go.
/// </summary>
internal sealed class MdnsNetwork : IMdnsNetwork
{
    /// <summary>
    /// Inputs that wait to be read. A LAN of a thousand hosts that all answer at once loses some, and mDNS asks again.
    /// </summary>
    private const int MaxInputs = 256;

    private readonly Func<ImmutableArray<MdnsInterface>?> _look;
    private readonly TimeProvider _time;
    private readonly ImmutableArray<MulticastSocket> _sockets;
    private readonly Channel<NetworkInput> _inputs = Channel.CreateBounded<NetworkInput>(MaxInputs);
    private readonly CancellationTokenSource _closing = new();
    private readonly InterfaceWatch _watch;
    private readonly Task _work;
    private volatile Usage _usage = Usage.None;
    private int _disposed;

    private MdnsNetwork(
        Func<ImmutableArray<MdnsInterface>?> look,
        ImmutableArray<MulticastSocket> sockets,
        ImmutableDictionary<AddressFamily, SocketError> missing,
        NetworkCounts counts,
        TimeProvider time)
    {
        _look = look;
        _sockets = sockets;
        _time = time;
        Missing = missing;
        Counts = counts;

        // The watch first: what changes between this look and its first word would be missed otherwise.
        _watch = new InterfaceWatch(time);
        Use(_look() ?? []);
        var closing = _closing.Token;
        _work = Task.WhenAll([
            Task.Run(() => EndingInputsAsync(FollowAsync(closing)), CancellationToken.None),
            .. sockets.Select(s => Task.Run(() => EndingInputsAsync(ReceiveAsync(s, closing)), CancellationToken.None))]);
    }

    public ImmutableArray<MdnsInterface> Interfaces => _usage.Interfaces;

    public ChannelReader<NetworkInput> Inputs => _inputs.Reader;

    public NetworkCounts Counts { get; }

    /// <summary>Families that are not there or are held by somebody who does not share, and the system's word for it.</summary>
    public ImmutableDictionary<AddressFamily, SocketError> Missing { get; }

    /// <summary>
    /// Binds and joins. A host that is without one of the families, or where it cannot be bound, uses the other.
    /// </summary>
    /// <exception cref="SocketException">Neither family can be bound.</exception>
    public static MdnsNetwork Open(InterfaceFilter filter, int port = MdnsGroup.Port, TimeProvider? time = null) =>
        Open(() => HostInterfaces.Read() is { } all ? filter.Select(all) : null, port, time ?? TimeProvider.System);

    /// <summary>As the other, with the eyes for the interfaces handed in; null from them is "cannot see now".</summary>
    internal static MdnsNetwork Open(Func<ImmutableArray<MdnsInterface>?> look, int port, TimeProvider time)
    {
        var counts = new NetworkCounts();
        var sockets = ImmutableArray.CreateBuilder<MulticastSocket>();
        var missing = ImmutableDictionary<AddressFamily, SocketError>.Empty;
        SocketException? failure = null;
        foreach (var family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
        {
            try
            {
                sockets.Add(MulticastSocket.Bind(family, port, counts));
            }
            catch (SocketException e)
            {
                failure ??= e;
                missing = missing.Add(family, e.SocketErrorCode);
            }
        }

        return sockets.Count > 0 ? new MdnsNetwork(look, sockets.ToImmutable(), missing, counts, time) : throw failure!;
    }

    public void Send(ReadOnlyMemory<byte> packet, int interfaceIndex, AddressFamily family)
    {
        if (SocketOf(family) is { } socket && _usage.ByIndex.TryGetValue(interfaceIndex, out var by) && by.Speaks(family))
        {
            socket.Multicast(packet.Span, by);
        }
        else
        {
            Counts.SendFailed(SocketError.NetworkDown, interfaceIndex);
        }
    }

    public void SendTo(ReadOnlyMemory<byte> packet, int interfaceIndex, IPEndPoint to)
    {
        if (SocketOf(to.AddressFamily) is { } socket)
        {
            socket.Unicast(
                packet.Span,
                to.Address.IsIPv6LinkLocal
                    ? new IPEndPoint(new IPAddress(to.Address.GetAddressBytes(), interfaceIndex), to.Port)
                    : to,
                interfaceIndex);
        }
        else
        {
            Counts.SendFailed(SocketError.AddressFamilyNotSupported, interfaceIndex);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _closing.CancelAsync();
        _watch.Dispose();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        await _work;
        _inputs.Writer.TryComplete();
        _closing.Dispose();
    }

    /// <summary>What no loop expects is a bug, and whoever reads the inputs has to hear of it, not just wait for ever.</summary>
    private async Task EndingInputsAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch (Exception e)
        {
            _inputs.Writer.TryComplete(e);
            throw;
        }
    }

    private MulticastSocket? SocketOf(AddressFamily family) => _sockets.FirstOrDefault(s => s.Family == family);

    /// <summary>Looks at the interfaces whenever there is reason to, and tells of what changed.</summary>
    private async Task FollowAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await _watch.WaitAsync(cancellation);
                if (_look() is { } now && Use(now))
                {
                    // Waits for room, unlike a packet: who misses a change would announce addresses that are gone.
                    await _inputs.Writer.WriteAsync(new NetworkInput.InterfacesChanged(now), cancellation);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The network is closed.
        }
    }

    /// <summary>Uses these interfaces from now on. True if they are not those of before.</summary>
    private bool Use(ImmutableArray<MdnsInterface> now)
    {
        var changes = InterfaceChanges.Between(_usage.Interfaces, now);
        if (changes.Any)
        {
            _usage = new Usage(now, now.ToFrozenDictionary(i => i.Index), now.SelectMany(i => i.Addresses).ToFrozenSet());
        }

        // Without a change too: a join that failed is tried again.
        var fresh = changes.Changed.Select(i => i.Index).ToHashSet();
        foreach (var socket in _sockets)
        {
            socket.Keep([.. now.Where(i => i.Speaks(socket.Family)).Select(i => i.Index)], fresh);
        }

        return changes.Any;
    }

    private Task ReceiveAsync(MulticastSocket socket, CancellationToken cancellation) =>
        ReceiveLoop.RunAsync(socket.ReceiveAsync, Hear, Counts.ReceiveFailed, _time, cancellation);

    private void Hear(ReadOnlyMemory<byte> bytes, SocketReceiveMessageFromResult how)
    {
        var source = (IPEndPoint)how.RemoteEndPoint;
        var index = how.PacketInformation.Interface;
        var destination = how.PacketInformation.Address;
        var usage = _usage;
        var verdict = Arrival.Judge(usage.ByIndex.GetValueOrDefault(index), source.Address, destination, how.SocketFlags);
        if (verdict != Verdict.Heard)
        {
            Counts.Refuse(verdict);
            return;
        }

        var datagram = new Datagram(bytes.ToArray(), source, index, HopLimit: null, MdnsGroup.Is(destination));
        if (_inputs.Writer.TryWrite(new NetworkInput.Received(datagram)))
        {
            Counts.Hear(index, usage.Own.Contains(source.Address));
        }
        else
        {
            Counts.Overflow();
        }
    }

    private sealed record Usage(
        ImmutableArray<MdnsInterface> Interfaces, FrozenDictionary<int, MdnsInterface> ByIndex, FrozenSet<IPAddress> Own)
    {
        public static readonly Usage None = new([], FrozenDictionary<int, MdnsInterface>.Empty, FrozenSet<IPAddress>.Empty);
    }
}
