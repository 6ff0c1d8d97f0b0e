using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.StoredForms;
using Fields = Meshara.Actors.Store.Stored.Snapshot.Types;

namespace Meshara.Actors.Store;

/// <summary>Reads what a snapshot holds of one peer, straight from its bytes. What makes no sense throws: it stops the recovery.</summary>
internal static class StoredPeer
{
    /// <param name="stored">The bytes.</param>
    /// <param name="tellers">Those who told of others that were read before.</param>
    /// <exception cref="InvalidDataException">This is no peer.</exception>
    public static KnownPeer Read(ReadOnlySpan<byte> stored, ConcurrentDictionary<NodeId, Teller>? tellers = null)
    {
        var fields = new FieldReader(stored);
        var (key, source, firstSeen, manual) = (default(PublicKey?), 0, 0L, false);
        long? lastSeen = null, removedUntil = null;
        var (score, scoreAt, gained, minuteBegan, sent, received) = (0d, 0L, 0d, 0L, 0L, 0L);
        var (addresses, count, history) = (new KnownAddress[CountOf(stored, Fields.Peer.AddressesFieldNumber)], 0, default(List<ReputationEntry>));
        var (ban, record, teller) = (default(Ban), default(byte[]), default(Teller));
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case Fields.Peer.KeyFieldNumber: key = PublicKey.FromBytes(fields.Bytes()); break;
                case Fields.Peer.SourceFieldNumber: source = fields.Int32(); break;
                case Fields.Peer.FirstSeenFieldNumber: firstSeen = fields.Fixed64(); break;
                case Fields.Peer.ManualFieldNumber: manual = fields.Bool(); break;
                case Fields.Peer.LastSeenFieldNumber: lastSeen = fields.Fixed64(); break;
                case Fields.Peer.AddressesFieldNumber: addresses[count++] = Address(fields.Bytes()); break;
                case Fields.Peer.ScoreFieldNumber: score = fields.Double(); break;
                case Fields.Peer.ScoreAtFieldNumber: scoreAt = fields.Fixed64(); break;
                case Fields.Peer.GainedFieldNumber: gained = fields.Double(); break;
                case Fields.Peer.MinuteBeganFieldNumber: minuteBegan = fields.Fixed64(); break;
                case Fields.Peer.BanFieldNumber: ban = Ban(fields.Bytes()); break;
                case Fields.Peer.RemovedUntilFieldNumber: removedUntil = fields.Fixed64(); break;
                case Fields.Peer.SentFieldNumber: sent = fields.Int64(); break;
                case Fields.Peer.ReceivedFieldNumber: received = fields.Int64(); break;
                case Fields.Peer.RecordFieldNumber: record = fields.Bytes().ToArray(); break;
                case Fields.Peer.ToldByFieldNumber: teller = Teller(NodeId.FromBytes(fields.Bytes()), tellers); break;
                case Fields.Peer.HistoryFieldNumber: (history ??= []).Add(Change(fields.Bytes())); break;
                default: fields.Skip(); break;
            }
        }

        return new KnownPeer
        {
            Id = NodeId.Of(key ?? throw new InvalidDataException("a peer without a key is stored")),
            Key = key.Value,
            Source = Known<PeerSource>(source),
            FirstSeen = Time(firstSeen),
            Manual = manual,
            LastSeen = Time(lastSeen),
            Addresses = ImmutableCollectionsMarshal.AsImmutableArray(addresses),
            Reputation = (score, scoreAt, gained, minuteBegan) == default ? Reputation.New : new Reputation(score, Time(scoreAt), gained, Time(minuteBegan)),
            Ban = ban,
            History = history is null ? ReputationHistory.Empty : ReputationHistory.Of(history),
            RecordBytes = record,
            Teller = teller,
            RemovedUntil = Time(removedUntil),
            BytesSent = sent,
            BytesReceived = received,
        };
    }

    private static KnownAddress Address(ReadOnlySpan<byte> stored)
    {
        var fields = new FieldReader(stored);
        var (address, proven, lastTry, lastFailure, failures) = ("", false, default(long?), default(Reason?), 0);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case Fields.Address.Address_FieldNumber: address = Text(fields.Bytes()); break;
                case Fields.Address.ProvenFieldNumber: proven = fields.Bool(); break;
                case Fields.Address.LastTryFieldNumber: lastTry = fields.Fixed64(); break;
                case Fields.Address.LastFailureFieldNumber: lastFailure = Known<Reason>(fields.Int32()); break;
                case Fields.Address.FailuresFieldNumber: failures = fields.Int32(); break;
                default: fields.Skip(); break;
            }
        }

        return new KnownAddress(PeerAddress.Parse(address), proven, Time(lastTry), lastFailure, failures);
    }

    private static Ban Ban(ReadOnlySpan<byte> stored)
    {
        var fields = new FieldReader(stored);
        var (until, cause, count, note) = (0L, 0, 0, default(string));
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case Fields.Ban.UntilFieldNumber: until = fields.Fixed64(); break;
                case Fields.Ban.CauseFieldNumber: cause = fields.Int32(); break;
                case Fields.Ban.CountFieldNumber: count = fields.Int32(); break;
                case Fields.Ban.NoteFieldNumber: note = Text(fields.Bytes()); break;
                default: fields.Skip(); break;
            }
        }

        return new Ban(Time(until), Known<ReputationCause>(cause), count, note);
    }

    private static ReputationEntry Change(ReadOnlySpan<byte> stored)
    {
        var fields = new FieldReader(stored);
        var (at, step, cause, delta, score, until, note) = (0L, 0, 0, 0d, 0d, default(long?), default(string));
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case Fields.Change.AtFieldNumber: at = fields.Fixed64(); break;
                case Fields.Change.StepFieldNumber: step = fields.Int32(); break;
                case Fields.Change.CauseFieldNumber: cause = fields.Int32(); break;
                case Fields.Change.DeltaFieldNumber: delta = fields.Double(); break;
                case Fields.Change.ScoreFieldNumber: score = fields.Double(); break;
                case Fields.Change.UntilFieldNumber: until = fields.Fixed64(); break;
                case Fields.Change.NoteFieldNumber: note = Text(fields.Bytes()); break;
                default: fields.Skip(); break;
            }
        }

        return new ReputationEntry(Time(at), Known<ReputationStep>(step), Known<ReputationCause>(cause), delta, score) { Until = Time(until), Note = note };
    }

    private static int CountOf(ReadOnlySpan<byte> stored, int number)
    {
        var fields = new FieldReader(stored);
        var count = 0;
        while (fields.Next())
        {
            count += fields.Number == number ? 1 : 0;
            fields.Skip();
        }

        return count;
    }

    private static Teller Teller(NodeId id, ConcurrentDictionary<NodeId, Teller>? tellers) => tellers?.GetOrAdd(id, i => new Teller(i)) ?? new Teller(id);

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private static DateTimeOffset? Time(long? ticks) => ticks is { } known ? StoredForms.Time(known) : null;

    private static DateTimeOffset Time(long ticks) => StoredForms.Time(ticks);
}
