using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Page.Components;

/// <summary>Whom a person means.</summary>
internal static class Finding
{
    private const int ShortestPrefix = 6;

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
