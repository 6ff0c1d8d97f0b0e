using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies.Ours;

/// <summary>What the peer store keeps: its real decisions and events, without the disk and at once.</summary>
/// <param name="forgotten">Told of each peer that makes room.</param>
internal sealed class Memory(ReputationPolicy policy, int maxKnownPeers, ISurroundings around, Action<NodeId> forgotten)
{
    private readonly PeerStoreDecisions _decisions = new(policy, maxKnownPeers);
    private StoredPeers _stored = StoredPeers.Empty;

    public HashTrie<NodeId, KnownPeer> Peers => _stored.Peers;

    public KnownPeer? this[NodeId peer] => Peers.GetValueOrDefault(peer);

    public void Learn(PublicKey key, PeerSource source, PeerAddress? pinned)
    {
        foreach (var e in _decisions.Decide(_stored, new PeerStoreProtocol.Learn(0, key, source, Manual: false, pinned), around.Now).Events)
        {
            Apply(e);
        }
    }

    public void Note(PeerStoreProtocol.ICommand drift)
    {
        foreach (var e in _decisions.DecideDrift(_stored, drift, around.Now))
        {
            Apply(e);
        }
    }

    /// <summary>
    /// The score that a peer has earned on a connection, honest or hostile: as much as gains are capped at, since it opened. One event
    /// stands for the many small ones of its messages.
    /// </summary>
    public void Credit(NodeId peer, DateTimeOffset since)
    {
        if (this[peer] is { } known && !known.IsBanned(around.Now))
        {
            var score = ScoreOf(known, since);
            Apply(new PeerStoreEvents.ReputationChanged(around.Now, peer, ReputationCause.MessageDelivered, 0, score, 0, around.Now));
        }
    }

    public double ScoreOf(KnownPeer? known, DateTimeOffset since)
    {
        var most = policy.GainPerMinute * policy.HalfLife.TotalMinutes / Math.Log(2);
        var before = known?.Reputation.ScoreAt(since, policy) ?? 0;
        return Math.Clamp(most + ((before - most) * Math.Pow(2, -((around.Now - since) / policy.HalfLife))), Reputation.Lowest, Reputation.Highest);
    }

    private void Apply(IPeerStoreEvent e)
    {
        _stored = _stored.Apply(e);
        if (e is PeerStoreEvents.Forgotten gone)
        {
            forgotten(gone.Peer);
        }
    }
}
