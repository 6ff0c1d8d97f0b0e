using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Meshara.Mdns.Sockets;

/// <summary>All that mDNS needs of the network. A seam: tests hand in a network without sockets.</summary>
internal interface IMdnsNetwork : IAsyncDisposable
{
    /// <summary>The interfaces in use now. May be ahead of what <see cref="Inputs"/> has told.</summary>
    ImmutableArray<MdnsInterface> Interfaces { get; }

    /// <summary>
    /// What comes in, our own multicasts among it. Bounded: when it is not read, packets are dropped, but never a change of
    /// interfaces. Ends with the network.
    /// </summary>
    ChannelReader<NetworkInput> Inputs { get; }

    /// <summary>
    /// Sends to the group by that interface, with TTL 255 (RFC 6762 section 11). Never throws: an interface may go at any time.
    /// </summary>
    void Send(ReadOnlyMemory<byte> packet, int interfaceIndex, AddressFamily family);

    /// <summary>Sends to one host, which is on the link of that interface. Never throws.</summary>
    void SendTo(ReadOnlyMemory<byte> packet, int interfaceIndex, IPEndPoint to);
}
