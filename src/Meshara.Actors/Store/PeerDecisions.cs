using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>
/// Which events follow from a command. Pure. No events: it is so already, and the command may be repeated at will, as after a crash
/// that swallowed its answer. Null: no such peer is known.
/// </summary>
internal static class PeerDecisions
{
    public static IReadOnlyList<IPeerStoreEvent>? Decide(
        PeerLedger ledger, IDurable command, DateTimeOffset now, ReputationPolicy policy, int maxKnownPeers) => command switch
        {
            Learn learn => Decide(ledger, learn, now, maxKnownPeers),
            Remove remove => ledger[remove.Peer] is { } peer ? Decide(peer, remove, now) : null,
            PeerStoreProtocol.Ban ban => ledger[ban.Peer] is { } peer ? Decide(peer, ban, now, policy) : null,
            Unban unban => ledger[unban.Peer] is { } peer ? peer.IsBanned(now) ? [new PeerUnbanned(peer.Id, now)] : [] : null,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
        };

    /// <summary>The peer of a command, whether it is known or not.</summary>
    public static NodeId PeerOf(IDurable command) => command switch
    {
        Learn learn => NodeId.Of(learn.Key),
        Remove remove => remove.Peer,
        PeerStoreProtocol.Ban ban => ban.Peer,
        Unban unban => unban.Peer,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
    };

    private static List<IPeerStoreEvent> Decide(PeerLedger ledger, Learn learn, DateTimeOffset now, int maxKnownPeers)
    {
        var id = NodeId.Of(learn.Key);
        var known = ledger[id];
        var events = new List<IPeerStoreEvent>();
        if (known is null)
        {
            if (ledger.Peers.Count >= maxKnownPeers && WorstOf(ledger, now) is { } worst)
            {
                events.Add(new PeerForgotten(worst, now));
            }

            events.Add(new PeerLearned(learn.Key, learn.Source, now));
        }

        if (learn.Manual && known is not { Manual: true, RemovedUntil: null })
        {
            events.Add(new PeerWanted(id, now));
        }

        if (learn.Manual && known is not null && known.IsBanned(now))
        {
            events.Add(new PeerUnbanned(id, now));
        }

        if (learn.Pinned is { } address && (!ledger.Pins.TryGetValue(address, out var holder) || holder != id))
        {
            events.Add(new KeyPinned(id, address, now));
        }

        return events;
    }

    private static IReadOnlyList<IPeerStoreEvent> Decide(KnownPeer peer, Remove remove, DateTimeOffset now) =>
        peer is { Manual: false, Addresses.IsEmpty: true } && peer.IsRemoved(now) ? [] : [new PeerRemoved(peer.Id, remove.Until, now)];

    private static IReadOnlyList<IPeerStoreEvent> Decide(
        KnownPeer peer, PeerStoreProtocol.Ban ban, DateTimeOffset now, ReputationPolicy policy)
    {
        var count = (peer.Ban?.Count ?? 0) + 1;
        return peer.IsBanned(now) ? [] : [new PeerBanned(peer.Id, ban.Cause, now + policy.BanLength(count), count, now)];
    }

    /// <summary>The peer whose place is given to a new one: never one that a person asked for, nor one that is to be kept out.</summary>
    private static NodeId? WorstOf(PeerLedger ledger, DateTimeOffset now) => ledger.Peers.Values
        .Where(p => !p.Manual && !p.IsBanned(now) && !p.IsRemoved(now))
        .OrderBy(p => p.Reputation.Score)
        .ThenBy(p => p.LastSeen)
        .Select(p => (NodeId?)p.Id)
        .FirstOrDefault();
}
