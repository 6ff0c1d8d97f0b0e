using System.Collections.Immutable;
using System.Net;

namespace Meshara.Mdns.Sockets;

/// <summary>A packet that came in.</summary>
/// <param name="HopLimit">
/// The TTL or hop limit it arrived with, where the system tells; null otherwise. .NET reads no control message but the packet
/// information, so from a real socket it is null always. RFC 6762 section 11 only recommends that a sender use 255, and warns
/// receivers not to insist; what keeps strangers out is <see cref="OnLink"/>.
/// </param>
/// <param name="ToMulticast">It was sent to the group, not to an address of this host.</param>
internal readonly record struct Datagram(
    ReadOnlyMemory<byte> Bytes, IPEndPoint Source, int InterfaceIndex, int? HopLimit, bool ToMulticast);

/// <summary>What the network has to tell.</summary>
internal abstract record NetworkInput
{
    private NetworkInput()
    {
    }

    /// <summary>A packet came in.</summary>
    internal sealed record Received(Datagram Datagram) : NetworkInput;

    /// <summary>The interfaces in use are these from now on; at least one came, went or has other addresses.</summary>
    internal sealed record InterfacesChanged(ImmutableArray<MdnsInterface> Interfaces) : NetworkInput;
}
