using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.PeerConnectionProtocol;

namespace Meshara.Actors.Peers;

/// <summary>What a peer did, or how its connection ended, moves its score: the store is told, and who has earned it is banned.</summary>
internal sealed class Verdicts(NodeState state)
{
    public void Judge(LiveConnection connection, NodeId peer, Ended ended)
    {
        ReputationCause? cause = ended switch
        {
            { ByPeer: true } => null,
            { Reason: Reason.HeartbeatTimeout } => ReputationCause.Timeout,
            { Reason: Reason.ConnectionLost } when connection.IsOpen => ReputationCause.ConnectionLost,
            { Reason: Reason.ProtocolError or Reason.FrameTooLarge } => ReputationCause.ProtocolViolation,
            { Reason: Reason.BadSignature } => ReputationCause.VerificationFailed,
            _ => null,
        };
        switch (cause)
        {
            case ReputationCause.Timeout or ReputationCause.ConnectionLost:
                state.OwnFault.OnLost(peer, cause.Value, ended.Reason);
                break;
            case { } why:
                Judge(connection, peer, why, ended.Reason);
                break;
        }
    }

    /// <summary>About every second: who is to blame for a connection that broke some time ago.</summary>
    public void OnTick()
    {
        foreach (var loss in state.OwnFault.OnTick())
        {
            Judge(loss.Peer, loss.Cause, loss.Reason, isSpared: false);
        }
    }

    /// <summary>A peer did what moves its score.</summary>
    public void Judge(LiveConnection connection, NodeId peer, ReputationCause why, Reason reason)
    {
        // Who was let in is known to the store by now, though its answer may be under way still: to be quick saves nobody from a ban.
        if (state.Book[peer] is not null || connection.IsOpen)
        {
            Judge(peer, why, reason, connection.Claim != Claim.None);
        }
    }

    private void Judge(NodeId peer, ReputationCause why, Reason reason, bool isSpared)
    {
        var known = state.Book[peer];

        state.Book.Note(new PeerStoreProtocol.Judge(peer, why));
        var reputation = (known?.Reputation ?? Reputation.New).After(why, state.Now, state.Settings.Reputation);
        if (known?.IsBanned(state.Now) == false)
        {
            // It holds at once: until the store has kept it, who has just offended would be dialled again in its own place.
            state.Book.Update(known with { Reputation = reputation });
        }

        var spared = isSpared || known is { Manual: true } || known?.IsBanned(state.Now) == true;
        if (!spared && reputation.StandingAt(state.Now, state.Settings.Reputation) == Standing.Bannable)
        {
            state.Book.Ban(peer, why, (kept, _) =>
            {
                if (kept?.Ban is not null)
                {
                    state.Announce.Tell(new MeshEvent(MeshEventKind.PeerBanned, state.Now)
                    {
                        PeerId = peer, Reason = reason, Score = kept.Reputation.ScoreAt(state.Now, state.Settings.Reputation),
                        Detail = $"until {kept.Ban.Until:u}",
                    });
                }
            });
        }
    }
}
