using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;

namespace Meshara.Actors.Discovery;

/// <summary>What a node says of itself by DNS-SD: service <c>_meshara._tcp</c>, TXT <c>version=1</c>, <c>pubkey</c> and <c>node_id</c> in hex.</summary>
internal static class Advertisement
{
    public static readonly DomainName ServiceType = DomainName.Parse("_meshara._tcp.local");

    private const string Version = "1";

    /// <summary>Digits of the node id in its names: a label has 63 at most, and these are unlike enough.</summary>
    private const int NameDigits = 16;

    /// <summary>Addresses of one node that are tried at most; more than a host of a LAN has.</summary>
    private const int MaxAddresses = 16;

    public static Service Of(PublicKey key, int port)
    {
        var id = NodeId.Of(key);
        var name = $"meshara-{id.ToString()[..NameDigits]}";
        return new Service(
            ServiceType, name, name, (ushort)port,
            TextData.Of([new("version", Version), new("pubkey", key.ToString()), new("node_id", id.ToString())]));
    }

    /// <summary>False, and one sentence on what is wrong, if nobody could truthfully say this.</summary>
    public static bool TryRead(
        Sighting sighting, DateTimeOffset now, TimeSpan engineNow, [NotNullWhen(true)] out LanPeer? peer, [NotNullWhen(false)] out string? error)
    {
        (peer, error) = (null, null);
        var text = sighting.Text;
        if (!text.TryGet("version", out var version) || version != Version)
        {
            error = "Its TXT has no version that this node knows.";
        }
        else if (!text.TryGet("pubkey", out var hex) || !PublicKey.TryParse(hex ?? "", out var key, out _))
        {
            error = "Its TXT has no valid pubkey.";
        }
        else if (!text.TryGet("node_id", out var id) || !string.Equals(id, NodeId.Of(key).ToString(), StringComparison.OrdinalIgnoreCase))
        {
            error = "The node_id of its TXT is not the hash of its pubkey.";
        }
        else if (sighting.Port == 0)
        {
            error = "It says that it listens on port 0.";
        }
        else
        {
            peer = new LanPeer(
                NodeId.Of(key),
                key,
                sighting.Name.ToString(),
                [.. sighting.Addresses.Take(MaxAddresses).Select(a => PeerAddress.Of(a, sighting.Port))],
                now - (engineNow - sighting.FirstSeen),
                now + (sighting.Expires - engineNow));
        }

        return peer is not null;
    }
}
