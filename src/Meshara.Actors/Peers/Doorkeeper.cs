using Akka.Actor;
using Meshara.Actors.Peers.Connection;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>Whether a connection that has proven its peer's key is let in. Where the places are taken, another one may have to go for it.</summary>
internal static class Doorkeeper
{
    public static Admission Judge(LiveConnection newcomer, NodeId peer, NodeState state)
    {
        // The range may have been banned while the handshake was under way.
        if (state.Ranges.BanOf(newcomer.Remote!, state.Now) is not null)
        {
            return new Admission.Refused(Reason.Banned);
        }

        if (newcomer.IsFeeler)
        {
            return new Admission.Refused(Reason.NoSlot);
        }

        var admission = Ask();
        if (admission is not Admission.Refused { Reason: Reason.NoSlot } || newcomer.Direction == Direction.Outbound
            || VictimFor(newcomer, state) is not { } victim)
        {
            return admission;
        }

        state.Roster = state.Roster.Remove(victim.Peer!.Value, victim.Number);
        victim.Actor.Tell(new PeerConnectionProtocol.Close(Reason.Evicted));
        return Ask();

        Admission Ask() => state.Roster.Admit(
            peer, newcomer.Number, newcomer.Direction, state.Book[peer], state.Now, state.Settings.Reputation, newcomer.Claim, newcomer.Remote);
    }

    /// <summary>
    /// Fewer places than are taken: who is still at its handshake goes first, then who dialled this node, the worst and the youngest of them first.
    /// Those that a person asked for take no place.
    /// </summary>
    public static void Shrink(NodeState state)
    {
        var taken = state.Connections.All
            .Where(c => c.Peer is { } peer && state.Roster[peer] is { Protected: false } entry && entry.Connection == c.Number).ToList();
        foreach (var goes in taken
            .OrderBy(c => c.IsOpen).ThenByDescending(c => c.Direction == Direction.Inbound)
            .ThenBy(c => ScoreOf(c, state)).ThenByDescending(c => c.OpenedAt).ThenByDescending(c => c.Number)
            .Take(taken.Count - state.Settings.Discovery.MaxPeers))
        {
            state.Roster = state.Roster.Remove(goes.Peer!.Value, goes.Number);
            goes.Actor.Tell(new PeerConnectionProtocol.Close(Reason.Evicted));
        }
    }

    private static double ScoreOf(LiveConnection connection, NodeState state) =>
        state.Book[connection.Peer!.Value]?.Reputation.ScoreAt(state.Now, state.Settings.Reputation) ?? 0;

    private static LiveConnection? VictimFor(LiveConnection newcomer, NodeState state)
    {
        var inbound = new List<Evictable>(state.Connections.OpenCount);
        foreach (var c in state.Connections.Open)
        {
            if (c.Direction == Direction.Inbound && c.Peer is { } peer && state.Roster[peer] is { Protected: false } entry && entry.Connection == c.Number)
            {
                inbound.Add(new Evictable(c.Number, peer, c.Group!.Value, c.OpenedAt!.Value, c.RoundTripTime, ScoreOf(c, state)));
            }
        }

        var chosen = Eviction.Choose(inbound, newcomer.Group!.Value, state.Settings.Discovery.MaxPeers, state.Secret, state.Now);
        return chosen is { } victim && state.Connections.TryGet(victim, out var connection) ? connection : null;
    }
}
