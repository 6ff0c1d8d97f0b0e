using System.Diagnostics.CodeAnalysis;
using System.Net;
using Google.Protobuf;
using Meshara.Core.Peers;

namespace Meshara.Core.Wire;

/// <summary>Peer addresses to and from their protobuf form. What comes off the wire is checked as if a person had typed it.</summary>
internal static class Addresses
{
    public static Address ToWire(this PeerAddress address) => address switch
    {
        PeerAddress.Ip ip => new Address
        {
            Ip = new Address.Types.Ip
            {
                Address = ByteString.CopyFrom(ip.EndPoint.Address.GetAddressBytes()),
                Port = (uint)ip.Port,
                Scope = ip.EndPoint.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
                    ? (uint)ip.EndPoint.Address.ScopeId
                    : 0,
            },
        },
        PeerAddress.Dns dns => new Address { Dns = new Address.Types.Dns { Host = dns.Host, Port = (uint)dns.Port } },
        _ => throw new ArgumentOutOfRangeException(nameof(address), address, null),
    };

    /// <summary>False for a kind of address that is unknown here, or one that is malformed.</summary>
    public static bool TryFromWire(Address wire, [NotNullWhen(true)] out PeerAddress? address)
    {
        address = null;
        switch (wire.KindCase)
        {
            case Address.KindOneofCase.Ip when wire.Ip.Port is > 0 and <= IPEndPoint.MaxPort && wire.Ip.Address.Length is 4 or 16:
                var bytes = wire.Ip.Address.Span;
                var ip = bytes.Length == 16 ? new IPAddress(bytes, wire.Ip.Scope) : new IPAddress(bytes);
                address = PeerAddress.Of(ip, (int)wire.Ip.Port);
                return true;
            case Address.KindOneofCase.Dns when wire.Dns.Host.Length <= PeerAddress.MaxTextLength:
                return PeerAddress.TryParse($"{wire.Dns.Host}:{wire.Dns.Port}", out address, out _) && address is PeerAddress.Dns;
            default:
                return false;
        }
    }
}
