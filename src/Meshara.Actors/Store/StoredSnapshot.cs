using System.Collections.Concurrent;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.StoredForms;

namespace Meshara.Actors.Store;

/// <summary>All that is known, to and from the protobuf form of a snapshot.</summary>
internal static class StoredSnapshot
{
    /// <summary>The peers by id, so that the same book always has the same bytes.</summary>
    public static Stored.Snapshot ToStored(this StoredPeers book)
    {
        var snapshot = new Stored.Snapshot();
        snapshot.Peers.AddRange(book.Peers.Values.OrderBy(p => p.Id).Select(ToStored));
        snapshot.Ranges.AddRange(book.Ranges.All.Select(StoredBans.ToStored));
        return snapshot;
    }

    /// <summary>Reads the bytes, on every core.</summary>
    /// <exception cref="InvalidDataException">These are no snapshot's.</exception>
    public static StoredPeers Read(ReadOnlyMemory<byte> bytes)
    {
        var fields = new FieldReader(bytes.Span);
        var (peers, ranges) = (new List<ReadOnlyMemory<byte>>(), new List<RangeBan>());
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case Stored.Snapshot.PeersFieldNumber:
                    var length = fields.Bytes().Length;
                    peers.Add(bytes.Slice(fields.Position - length, length));
                    break;
                case Stored.Snapshot.RangesFieldNumber:
                    ranges.Add(StoredBans.From(Stored.Snapshot.Types.RangeBan.Parser.ParseFrom(fields.Bytes())));
                    break;
                default:
                    fields.Skip();
                    break;
            }
        }

        var known = new KnownPeer[peers.Count];
        var tellers = new ConcurrentDictionary<NodeId, Teller>();
        EveryCore.For(peers.Count, i => known[i] = StoredPeer.Read(peers[i].Span, tellers));
        return StoredPeers.Of(known, RangeBans.Of(ranges));
    }

    public static Stored.Snapshot.Types.Peer ToStored(KnownPeer p)
    {
        var stored = new Stored.Snapshot.Types.Peer
        {
            Key = Bytes(p.Key), Source = (int)p.Source, FirstSeen = Ticks(p.FirstSeen), Manual = p.Manual,
            Score = p.Reputation.Score, ScoreAt = Ticks(p.Reputation.At),
            Gained = p.Reputation.Gained, MinuteBegan = Ticks(p.Reputation.MinuteBegan),
            Sent = p.BytesSent, Received = p.BytesReceived,
        };
        if (p.LastSeen is { } seen)
        {
            stored.LastSeen = Ticks(seen);
        }

        if (p.RemovedUntil is { } until)
        {
            stored.RemovedUntil = Ticks(until);
        }

        if (p.HasRecord)
        {
            stored.Record = ByteString.CopyFrom(p.RecordBytes.Span);
        }

        if (p.ToldBy is { } teller)
        {
            stored.ToldBy = Bytes(teller);
        }

        if (p.Ban is { } ban)
        {
            stored.Ban = new Stored.Snapshot.Types.Ban { Until = Ticks(ban.Until), Cause = (int)ban.Cause, Count = ban.Count };
            if (ban.Note is { } note)
            {
                stored.Ban.Note = note;
            }
        }

        stored.History.AddRange(p.History.Entries.Select(StoredBans.ToStored));

        stored.Addresses.AddRange(p.Addresses.Select(ToStored));
        return stored;
    }

    private static Stored.Snapshot.Types.Address ToStored(KnownAddress a)
    {
        var stored = new Stored.Snapshot.Types.Address { Address_ = a.Address.ToString(), Proven = a.Proven, Failures = a.Failures };
        if (a.LastTry is { } tried)
        {
            stored.LastTry = Ticks(tried);
        }

        if (a.LastFailure is { } failure)
        {
            stored.LastFailure = (int)failure;
        }

        return stored;
    }
}
