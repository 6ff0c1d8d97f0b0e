using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreEvents;
using static Meshara.Actors.Store.RangeBanEvents;

namespace Meshara.Actors.Store.Upkeep;

/// <summary>What an import leads to. To import the same a second time changes nothing. Pure.</summary>
/// <param name="LeftOut">Peers and ranges for which there was no room.</param>
internal sealed record ImportDecision(ImmutableArray<IStoreEvent> Events, int Added, int Changed, int LeftOut);

internal static class ImportDecisions
{
    public static ImportDecision Decide(StoredPeers book, PeerStoreProtocol.Import import, int maxKnownPeers, DateTimeOffset now)
    {
        var events = ImmutableArray.CreateBuilder<IStoreEvent>();
        var (added, changed, leftOut) = (0, 0, 0);
        foreach (var ban in import.Ranges.Where(b => !(book.Ranges[b.Range]?.Until >= b.Until)))
        {
            if (book.Ranges[ban.Range] is null && book.Ranges.Count >= RangeBans.Max)
            {
                leftOut++;
                continue;
            }

            var banned = new RangeBanned(ban.At, ban.Range, ban.Until, ban.Note);
            book = book.Apply(banned);
            events.Add(banned);
        }

        foreach (var peer in import.Peers)
        {
            var known = book.Peers.GetValueOrDefault(peer.Id);
            if (known is null && book.Peers.Count >= maxKnownPeers && !peer.Manual)
            {
                leftOut++;
                continue;
            }

            var merged = WithoutOthersPins(book, known is null ? peer : Merge(known, peer));
            if (known is not null && IsSame(known, merged))
            {
                continue;
            }

            // Others may have claimed without proof what is proven to be this one's.
            var claims = merged.Addresses.Where(a => a.Proven)
                .SelectMany(a => book.Index.PeersAt(a.Address).Where(p => p != peer.Id).Order().Select(p => (a.Address, Peer: p)));
            IPeerStoreEvent[] steps = [.. claims.Select(c => new AddressForgotten(now, c.Peer, c.Address)), new PeerImported(now, merged)];
            book = steps.Aggregate(book, (b, e) => b.Apply(e));
            events.AddRange(steps);
            (added, changed) = known is null ? (added + 1, changed) : (added, changed + 1);
        }

        return new ImportDecision(events.ToImmutable(), added, changed, leftOut);
    }

    /// <summary>
    /// Of two accounts of one peer: the earliest and the latest it was seen, the newer score and record, the longer ban, whatever was
    /// proven, and what a person asked for in either.
    /// </summary>
    private static KnownPeer Merge(KnownPeer here, KnownPeer there)
    {
        var (older, newer) = there.Reputation.At > here.Reputation.At ? (here, there) : (there, here);
        var manual = here.Manual || there.Manual;
        return here with
        {
            Manual = manual,
            FirstSeen = here.FirstSeen < there.FirstSeen ? here.FirstSeen : there.FirstSeen,
            LastSeen = StoredPeers.Later(here.LastSeen, there.LastSeen),
            Addresses = Merge(here.Addresses, there.Addresses),
            Reputation = newer.Reputation,
            History = newer.History.Entries.IsEmpty ? older.History : newer.History,
            Ban = here.Ban is null || there.Ban?.Until > here.Ban.Until ? there.Ban : here.Ban,
            Record = here.Record is null || there.Record?.Sequence > here.Record.Sequence ? there.Record : here.Record,
            ToldBy = here.ToldBy ?? there.ToldBy,
            RemovedUntil = manual ? null : StoredPeers.Later(here.RemovedUntil, there.RemovedUntil),
            BytesSent = Math.Max(here.BytesSent, there.BytesSent),
            BytesReceived = Math.Max(here.BytesReceived, there.BytesReceived),
        };
    }

    private static ImmutableArray<KnownAddress> Merge(ImmutableArray<KnownAddress> here, ImmutableArray<KnownAddress> there)
    {
        var both = here.Select(a => there.FirstOrDefault(b => b.Address == a.Address) is { } other
            ? (other.LastTry > a.LastTry ? other : a) with { Proven = a.Proven || other.Proven }
            : a);
        var more = there.Where(a => here.All(b => b.Address != a.Address));
        return [.. both.Concat(more).OrderByDescending(a => a.Proven).Take(KnownPeer.MaxAddresses)];
    }

    /// <summary>What is proven here to be another's is not this one's, whatever was proven elsewhere.</summary>
    private static KnownPeer WithoutOthersPins(StoredPeers book, KnownPeer peer) => peer with
    {
        Addresses = peer.Addresses.RemoveAll(a => book.HolderOf(a.Address) is { } holder && holder != peer.Id),
    };

    private static bool IsSame(KnownPeer a, KnownPeer b) =>
        a.Addresses.ToHashSet().SetEquals(b.Addresses) && a with { Addresses = default } == b with { Addresses = default };
}
