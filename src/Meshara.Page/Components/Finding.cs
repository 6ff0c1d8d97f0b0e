using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Page.Components;

/// <summary>Whom a person means, be it by an id, an address or a ticket.</summary>
internal static class Finding
{
    private const int ShortestPrefix = 6;

    /// <summary>Adds who is at <c>HOST:PORT[@NODE-ID]</c>, or who made the ticket, at the first of its addresses that answers.</summary>
    /// <exception cref="FormatException">It is neither, or the ticket must not be used.</exception>
    /// <exception cref="MeshException">unreachable, refused, key-mismatch, ...</exception>
    public static async Task<AddedPeer> AddAsync(Mesh mesh, string text, DateTimeOffset now)
    {
        // An address has a colon, and a ticket none.
        if (text.Contains(':', StringComparison.Ordinal) || !text.StartsWith("meshara", StringComparison.Ordinal))
        {
            return await mesh.AddPeerAsync(PeerTarget.Parse(text));
        }

        var (ticket, node) = (InviteTicket.Parse(text), await mesh.ReadyAsync());
        if (ticket.IsExpired(now))
        {
            throw new FormatException($"The ticket expired at {ticket.Expires:yyyy-MM-dd HH:mm:ss} UTC; ask for a new one (meshara invite).");
        }

        if (ticket.Network != node.Network)
        {
            throw new MeshException(Reason.WrongNetwork, $"The ticket is for the network {ticket.Network}, and this node belongs to {node.Network}.");
        }

        MeshException? first = null;
        foreach (var target in ticket.Targets)
        {
            try
            {
                return await mesh.AddPeerAsync(target);
            }
            catch (MeshException e)
            {
                first ??= e;
            }
        }

        throw first!;
    }

    /// <summary>A known peer by its id, which may be shortened to any unique prefix of 6 or more digits.</summary>
    /// <exception cref="FormatException">It is none, or not unique.</exception>
    /// <exception cref="MeshException">unknown-peer.</exception>
    public static async Task<NodeId> PeerAsync(Mesh mesh, string text)
    {
        if (NodeId.TryParse(text, out var id, out var error))
        {
            return id;
        }

        if (text.Length is < ShortestPrefix or >= NodeId.Size * 2 || !text.All(char.IsAsciiHexDigit))
        {
            throw new FormatException($"{error} It may be shortened to its first {ShortestPrefix} or more.");
        }

        var found = (await mesh.ListKnownPeersAsync()).Select(p => p.PeerId)
            .Where(p => p.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        return found.Count switch
        {
            0 => throw new MeshException(Reason.UnknownPeer),
            1 => found[0],
            _ => throw new FormatException($"More than one known peer's id starts with {text}; give more digits."),
        };
    }
}
