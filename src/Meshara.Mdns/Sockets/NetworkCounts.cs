using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Meshara.Mdns.Sockets;

/// <summary>
/// What came, what went and what went wrong with the network, in numbers. Nothing here is worth a log line of its own: a host without a route says the
/// same at every packet, and packets are dropped at the pleasure of whoever sends them. Thread-safe.
/// </summary>
internal sealed class NetworkCounts
{
    private readonly ConcurrentDictionary<SocketError, long> _sendErrors = [];
    private readonly ConcurrentDictionary<SocketError, long> _receiveErrors = [];
    private readonly ConcurrentDictionary<SocketError, long> _joinErrors = [];
    private readonly ConcurrentDictionary<Verdict, long> _refused = [];
    private readonly ConcurrentDictionary<int, InterfaceCounts> _byInterface = [];
    private long _overflowed;
    private long _sent;
    private long _heard;

    /// <summary>Packets that were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Packets that came in and were told of, our own multicasts among them.</summary>
    public long Heard => Interlocked.Read(ref _heard);

    /// <summary>Packets that were not sent, by the system's error; as many kinds as the system has.</summary>
    public IReadOnlyDictionary<SocketError, long> SendErrors => _sendErrors;

    public IReadOnlyDictionary<SocketError, long> ReceiveErrors => _receiveErrors;

    /// <summary>
    /// Attempts to join the group on an interface that failed; each is made again at the next look at the interfaces.
    /// </summary>
    public IReadOnlyDictionary<SocketError, long> JoinErrors => _joinErrors;

    /// <summary>Packets that came in and were not told of, by the reason.</summary>
    public IReadOnlyDictionary<Verdict, long> Refused => _refused;

    /// <summary>Packets dropped because nobody read <see cref="IMdnsNetwork.Inputs"/> as fast as they came.</summary>
    public long Overflowed => Interlocked.Read(ref _overflowed);

    /// <summary>The same of one interface, by its index; only those that are used are asked for, so there are no more than the host has had.</summary>
    public InterfaceCounts Of(int interfaceIndex) => _byInterface.GetOrAdd(interfaceIndex, _ => new InterfaceCounts());

    public void SendFailed(SocketError error, int interfaceIndex)
    {
        Count(_sendErrors, error);
        Of(interfaceIndex).Fail();
    }

    public void ReceiveFailed(SocketError error) => Count(_receiveErrors, error);

    public void JoinFailed(SocketError error, int interfaceIndex)
    {
        Count(_joinErrors, error);
        Of(interfaceIndex).Fail();
    }

    public void Refuse(Verdict verdict) => Count(_refused, verdict);

    public void Send(int interfaceIndex)
    {
        Interlocked.Increment(ref _sent);
        Of(interfaceIndex).Send();
    }

    /// <param name="isOwn">It came from this host.</param>
    public void Hear(int interfaceIndex, bool isOwn)
    {
        Interlocked.Increment(ref _heard);
        Of(interfaceIndex).Hear(isOwn);
    }

    public void Overflow() => Interlocked.Increment(ref _overflowed);

    private static void Count<T>(ConcurrentDictionary<T, long> counts, T kind)
        where T : struct, Enum => counts.AddOrUpdate(kind, 1, (_, n) => n + 1);
}
