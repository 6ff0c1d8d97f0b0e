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

    public void SendFailed(SocketError error) => Count(_sendErrors, error);

    public void ReceiveFailed(SocketError error) => Count(_receiveErrors, error);

    public void JoinFailed(SocketError error) => Count(_joinErrors, error);

    public void Refuse(Verdict verdict) => Count(_refused, verdict);

    public void Send() => Interlocked.Increment(ref _sent);

    public void Hear() => Interlocked.Increment(ref _heard);

    public void Overflow() => Interlocked.Increment(ref _overflowed);

    private static void Count<T>(ConcurrentDictionary<T, long> counts, T kind)
        where T : struct, Enum => counts.AddOrUpdate(kind, 1, (_, n) => n + 1);
}
