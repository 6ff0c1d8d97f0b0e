using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Meshara.Core.Peers;

/// <summary>
/// Which inbound handshakes may be under way, immutable. When a bound is reached the oldest handshake of the source that has the
/// most (where several have, the oldest of all theirs) gives way to the newcomer, instead of the newcomer being refused: a flood of
/// silent sockets then displaces itself, while an honest peer, which is done within milliseconds, hardly ever is the oldest.
/// (Slowloris-style exhaustion of connection slots.)
/// </summary>
internal sealed record HandshakeSlots(int Max, int MaxPerSource)
{
    private ImmutableDictionary<IPAddress, ImmutableSortedSet<long>> Sources { get; init; } =
        ImmutableDictionary<IPAddress, ImmutableSortedSet<long>>.Empty;

    public int Count { get; private init; }

    /// <summary>What counts as one source: an IPv4 address, or the /64 that one IPv6 customer has at the least.</summary>
    public static IPAddress SourceOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    /// <summary>Takes <paramref name="handshake"/> in; <c>GivesWay</c> is the one that has to end for it. Numbers only grow.</summary>
    public (HandshakeSlots Slots, long? GivesWay) Take(IPAddress source, long handshake)
    {
        var own = Sources.GetValueOrDefault(source, []);
        if (own.Count >= MaxPerSource)
        {
            return (With(source, own.Remove(own[0]).Add(handshake), Count), own[0]);
        }

        if (Count < Max)
        {
            return (With(source, own.Add(handshake), Count + 1), null);
        }

        var (crowded, most) = Sources.MaxBy(s => (s.Value.Count, -s.Value[0]));
        var relieved = With(crowded, most.Remove(most[0]), Count - 1);
        return (relieved.With(source, relieved.Sources.GetValueOrDefault(source, []).Add(handshake), Count), most[0]);
    }

    /// <summary>A handshake is over, either way.</summary>
    public HandshakeSlots Release(IPAddress source, long handshake)
    {
        var own = Sources.GetValueOrDefault(source, []);
        return own.Contains(handshake) ? With(source, own.Remove(handshake), Count - 1) : this;
    }

    private HandshakeSlots With(IPAddress source, ImmutableSortedSet<long> handshakes, int count) => this with
    {
        Sources = handshakes.IsEmpty ? Sources.Remove(source) : Sources.SetItem(source, handshakes),
        Count = count,
    };
}
