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

    private static LiveConnection? VictimFor(LiveConnection newcomer, NodeState state)
    {
        var inbound = new List<Evictable>(state.Connections.OpenCount);
        foreach (var c in state.Connections.Open)
        {
            if (c.Direction == Direction.Inbound && c.Peer is { } peer && state.Roster[peer] is { Protected: false } entry && entry.Connection == c.Number)
            {
                var score = state.Book[peer]?.Reputation.ScoreAt(state.Now, state.Settings.Reputation) ?? 0;
                inbound.Add(new Evictable(c.Number, peer, c.Group!.Value, c.OpenedAt!.Value, c.RoundTripTime, score));
            }
        }

        var chosen = Eviction.Choose(inbound, newcomer.Group!.Value, state.Settings.Discovery.MaxPeers, state.Secret, state.Now);
        return chosen is { } victim && state.Connections.TryGet(victim, out var connection) ? connection : null;
    }
}
