using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>Puts the question who has to go for a newcomer.</summary>
internal static class Evictions
{
    /// <returns>Null if nobody is to go.</returns>
    public static LiveConnection? For(LiveConnection newcomer, NodeState state)
    {
        var inbound = state.Connections.Open
            .Where(c => c.Direction == Direction.Inbound && state.Roster[c.Peer!.Value] is { Protected: false } entry && entry.Connection == c.Number)
            .ToList();
        var chosen = Eviction.Choose(
            [.. inbound.Select(c => new Evictable(
                c.Number, c.Peer!.Value, NetworkGroup.Of(c.Remote!), c.OpenedAt!.Value, c.RoundTripTime,
                state.Book[c.Peer!.Value]?.Reputation.ScoreAt(state.Now, state.Settings.Reputation) ?? 0))],
            NetworkGroup.Of(newcomer.Remote!),
            state.Settings.Discovery.MaxPeers,
            state.Secret);
        return inbound.Find(c => c.Number == chosen);
    }
}
