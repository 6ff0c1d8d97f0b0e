using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers.Bans;

/// <summary>What a peer did, or how its connection ended, moves its score: the store is told, and who has earned it is banned.</summary>
internal sealed class Verdicts(NodeState state)
{
    /// <summary>By then the store has answered what it was told.</summary>
    private static readonly TimeSpan Pending = TimeSpan.FromSeconds(10);

    private readonly Dictionary<NodeId, (ReputationCause Cause, Reason Reason, DateTimeOffset At)> _judged = [];
    private readonly HashSet<NodeId> _banning = [];

    /// <summary>Whether the next second may have something to do.</summary>
    public bool IsDue => _judged.Count > 0 || state.OwnFault.IsInDoubt || state.OwnFault.IsAway;

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
                state.OwnFault.OnLost(connection, peer, cause.Value, ended.Reason);
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

        if (_judged.Count == 0)
        {
            return;
        }

        foreach (var peer in _judged.Where(j => state.Now - j.Value.At > Pending).Select(j => j.Key).ToList())
        {
            _judged.Remove(peer);
        }
    }

    /// <summary>The store has written a verdict. Misdeeds of one moment add up there: none of them alone may have earned the ban.</summary>
    public void OnChanged(KnownPeer peer)
    {
        if (_judged.TryGetValue(peer.Id, out var last) && IsBannable(peer.Reputation) && peer is { Manual: false } && !peer.IsBanned(state.Now))
        {
            Ban(peer.Id, last.Cause, last.Reason);
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

        if (isSpared || known is { Manual: true } || known?.IsBanned(state.Now) == true)
        {
            return;
        }

        _judged[peer] = (why, reason, state.Now);
        if (IsBannable(reputation))
        {
            Ban(peer, why, reason);
        }
    }

    private bool IsBannable(Reputation reputation) => reputation.StandingAt(state.Now, state.Settings.Reputation) == Standing.Bannable;

    private void Ban(NodeId peer, ReputationCause why, Reason reason)
    {
        if (!_banning.Add(peer))
        {
            return;
        }

        state.Book.Ban(peer, why, (kept, _) =>
        {
            _banning.Remove(peer);
            if (kept?.Ban is not null)
            {
                // Counted one by one until the minute is over: a crowd that earns bans must not have all that is known looked through for each.
                state.Node.Figures.BannedPeers++;
                state.Announce.Tell(new MeshEvent(MeshEventKind.PeerBanned, state.Now)
                {
                    PeerId = peer, Reason = reason, Score = kept.Reputation.ScoreAt(state.Now, state.Settings.Reputation),
                    Detail = $"until {kept.Ban.Until:u}",
                });
            }
        });
    }
}
