using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreEvents;
using Commands = Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>What a durable command leads to: events to store (none if all is so already), or a refusal.</summary>
internal sealed record Decision(ImmutableArray<IPeerStoreEvent> Events, Reason? Refusal = null)
{
    public static Decision Refuse(Reason reason) => new([], reason);
}

/// <summary>Which events a command leads to, given what is known. Pure.</summary>
internal sealed record PeerStoreDecisions(ReputationPolicy Policy, int MaxKnownPeers)
{
    /// <summary>Whom a durable command is about.</summary>
    public static NodeId PeerOf(Commands.IDurable command) => command switch
    {
        Commands.Learn c => NodeId.Of(c.Key),
        Commands.Remove c => c.Peer,
        Commands.Ban c => c.Peer,
        Commands.Unban c => c.Peer,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
    };

    public Decision Decide(StoredPeers book, Commands.IDurable command, DateTimeOffset now)
    {
        if (command is Commands.Learn learn)
        {
            return Learn(book, learn, now);
        }

        if (!book.Peers.TryGetValue(PeerOf(command), out var peer))
        {
            return Decision.Refuse(Reason.UnknownPeer);
        }

        return new Decision(command switch
        {
            Commands.Remove c => !peer.Manual && peer.Addresses.IsEmpty && peer.RemovedUntil >= c.Until
                ? []
                : [new Removed(now, peer.Id, c.Until)],
            Commands.Ban c => HoldsAlready(peer, c, now) ? [] : [Ban(peer, c, now)],
            Commands.Unban => peer.Ban is null ? [] : [new Unbanned(now, peer.Id)],
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
        });
    }

    /// <summary>A person's word replaces what holds; what follows from conduct does not.</summary>
    private static bool HoldsAlready(KnownPeer peer, Commands.Ban c, DateTimeOffset now) => peer.IsBanned(now)
        && (c.Cause != ReputationCause.Operator
            || (peer.Ban!.Cause == c.Cause && peer.Ban.Note == c.Note && (c.Until is null || peer.Ban.Until == c.Until)));

    private Banned Ban(KnownPeer peer, Commands.Ban c, DateTimeOffset now)
    {
        var count = (peer.Ban?.Count ?? 0) + (peer.IsBanned(now) ? 0 : 1);
        var until = c.Until ?? (now + Policy.BanLength(count));
        return new Banned(now, peer.Id, until, c.Cause, count, peer.Reputation.ScoreAt(now, Policy), c.Note);
    }

    private Decision Learn(StoredPeers book, Commands.Learn command, DateTimeOffset now)
    {
        var id = NodeId.Of(command.Key);
        var peer = book.Peers.GetValueOrDefault(id);
        var events = ImmutableArray.CreateBuilder<IPeerStoreEvent>();
        if (peer is null)
        {
            var forgotten = MakeRoom(book, now);
            if (forgotten.IsEmpty && book.Peers.Count >= MaxKnownPeers && !command.Manual)
            {
                return Decision.Refuse(Reason.NoSlot);
            }

            events.AddRange(forgotten);
        }

        if (peer is null || (command.Manual && (!peer.Manual || peer.RemovedUntil is not null)))
        {
            events.Add(new PeerLearned(now, command.Key, command.Source, command.Manual));
        }

        if (command.Manual && peer is not null && peer.IsBanned(now))
        {
            events.Add(new Unbanned(now, id));
        }

        // Of a peer that a person removed, no address is remembered until a person adds it again.
        if (command.Pinned is { } address && (command.Manual || peer?.IsRemoved(now) != true))
        {
            events.AddRange(Pin(book, peer, id, address, now));
        }

        return new Decision(events.ToImmutable());
    }

    private static IEnumerable<IPeerStoreEvent> Pin(StoredPeers book, KnownPeer? peer, NodeId id, PeerAddress address, DateTimeOffset now)
    {
        if (book.HolderOf(address) == id)
        {
            yield break;
        }

        // Others may have claimed the address without proof; dialling them there would look like a man in the middle.
        foreach (var other in book.Index.PeersAt(address).Where(p => p != id).Order())
        {
            yield return new AddressForgotten(now, other, address);
        }

        if (peer is not null && peer.Addresses.All(a => a.Address != address) && peer.Addresses.Length >= KnownPeer.MaxAddresses)
        {
            yield return new AddressForgotten(now, id, LeastUseful(peer.Addresses)!.Address);
        }

        yield return new KeyPinned(now, id, address);
    }

    private static KnownAddress? LeastUseful(IEnumerable<KnownAddress> addresses) => addresses
        .OrderBy(a => a.Proven).ThenByDescending(a => a.Failures).ThenBy(a => a.LastTry).FirstOrDefault();

    /// <summary>
    /// Whom to forget when the book is full: a hundredth at once, so that a flood of strangers does not cost a search each. Those
    /// that this node never reached go before those it did, then low scores before high, then the longest unseen.
    /// </summary>
    private ImmutableArray<IPeerStoreEvent> MakeRoom(StoredPeers book, DateTimeOffset now) => book.Peers.Count < MaxKnownPeers
        ? []
        : [.. book.Peers.Values
            .Where(p => IsForgettable(p, now))
            .OrderBy(p => p.Addresses.Any(a => a.Proven))
            .ThenBy(p => p.Reputation.ScoreAt(now, Policy))
            .ThenBy(p => p.LastSeen ?? p.FirstSeen)
            .ThenBy(p => p.Id)
            .Take(book.Peers.Count - MaxKnownPeers + Math.Max(1, MaxKnownPeers / 100))
            .Select(p => new Forgotten(now, p.Id))];

    /// <summary>The events of drift; none when it changes nothing, or the peer is not known.</summary>
    public ImmutableArray<IPeerStoreEvent> DecideDrift(StoredPeers book, Commands.ICommand command, DateTimeOffset now) => command switch
    {
        Commands.DialEnded c => book.Peers.TryGetValue(c.Peer, out var peer) ? Dialled(peer, c, now) : [],
        Commands.AddressHeard c => book.Peers.TryGetValue(c.Peer, out var peer) ? Heard(book, peer, c.Address, now) : [],
        Commands.RecordSeen c => Seen(book, c, now),
        Commands.Forget c => book.Peers.TryGetValue(c.Peer, out var peer) && IsForgettable(peer, now) ? [new Forgotten(now, c.Peer)] : [],
        Commands.Traffic c => book.Peers.TryGetValue(c.Peer, out var peer) ? Moved(peer, c, now) : [],
        Commands.Judge c => book.Peers.TryGetValue(c.Peer, out var peer) ? Judged(peer, c, now) : [],
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
    };

    private static ImmutableArray<IPeerStoreEvent> Dialled(KnownPeer peer, Commands.DialEnded c, DateTimeOffset now) =>
        peer.Addresses.FirstOrDefault(a => a.Address == c.Address) is { } known
            ? [new DialEnded(now, peer.Id, c.Address, c.Failure, c.Failure is null ? 0 : known.Failures + 1)]
            : [];

    private static ImmutableArray<IPeerStoreEvent> Heard(StoredPeers book, KnownPeer peer, PeerAddress address, DateTimeOffset now)
    {
        // A claim counts for nothing against a proof, neither the peer's own nor another's.
        if (peer.IsRemoved(now) || peer.Addresses.Any(a => a.Address == address) || book.HolderOf(address) is not null)
        {
            return [];
        }

        var heard = new AddressHeard(now, peer.Id, address);
        if (peer.Addresses.Length < KnownPeer.MaxAddresses)
        {
            return [heard];
        }

        return LeastUseful(peer.Addresses.Where(a => !a.Proven)) is { } worst
            ? [new AddressForgotten(now, peer.Id, worst.Address), heard]
            : [];
    }

    private static bool IsForgettable(KnownPeer peer, DateTimeOffset now) => !peer.Manual && !peer.IsBanned(now) && !peer.IsRemoved(now);

    /// <summary>Hearsay takes nobody's place: who floods with records fills what is free, and no more.</summary>
    private ImmutableArray<IPeerStoreEvent> Seen(StoredPeers book, Commands.RecordSeen c, DateTimeOffset now)
    {
        var id = c.Record.Peer;
        var peer = book.Peers.GetValueOrDefault(id);
        if (peer is null ? book.Peers.Count >= MaxKnownPeers : peer.IsRemoved(now) || c.Record.Sequence <= (peer.Record?.Sequence ?? 0))
        {
            return [];
        }

        // A claim counts for nothing against another's proof.
        var unpinned = c.Addresses.Where(a => book.HolderOf(a) is not { } holder || holder == id);
        return [new RecordLearned(now, c.Record, [.. unpinned.Distinct().Take(KnownPeer.MaxAddresses)], c.Teller)];
    }

    private static ImmutableArray<IPeerStoreEvent> Moved(KnownPeer peer, Commands.Traffic c, DateTimeOffset now) =>
        c.Sent == 0 && c.Received == 0 && StoredPeers.Later(peer.LastSeen, c.LastSeen) == peer.LastSeen
            ? []
            : [new TrafficCounted(now, peer.Id, c.Sent, c.Received, c.LastSeen)];

    private ImmutableArray<IPeerStoreEvent> Judged(KnownPeer peer, Commands.Judge c, DateTimeOffset now)
    {
        var after = peer.Reputation.After(c.Cause, now, Policy, c.Times);
        var delta = ReputationHistory.Sum(after.Score, -peer.Reputation.ScoreAt(now, Policy));

        // The score is frozen while a ban lasts; and a gain over the cap is none.
        return peer.IsBanned(now) || (delta == 0 && Policy.DeltaOf(c.Cause) >= 0)
            ? []
            : [new ReputationChanged(now, peer.Id, c.Cause, delta, after.Score, after.Gained, after.MinuteBegan)];
    }
}
