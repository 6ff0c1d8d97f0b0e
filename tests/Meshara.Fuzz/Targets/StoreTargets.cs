using System.Runtime.Serialization;
using System.Text;
using Google.Protobuf;
using Meshara.Actors.Store;
using Meshara.Actors.Store.Upkeep;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreEvents;
using static Meshara.Actors.Store.RangeBanEvents;

namespace Meshara.Fuzz.Targets;

/// <summary>What is read from a database that may be damaged, and from a file that anybody may have written.</summary>
internal static class StoreTargets
{
    private static readonly PeerStoreSerializer Serializer = new(null!);

    private static readonly SignedRecord Record = SignedRecord.TryVerify(Some.Record(Some.Peer, "relay"), out var record)
        ? record : throw new InvalidOperationException("A record of our own does not verify.");

    private static readonly KnownPeer Known = new()
    {
        Id = Some.Peer.Id, Key = Some.Peer.PublicKey, Source = PeerSource.Exchange, FirstSeen = Some.Noon, Manual = true, LastSeen = Some.Noon,
        Addresses = [new KnownAddress(Some.Addresses[0], Proven: true, Some.Noon), new KnownAddress(Some.Addresses[2], false, Some.Noon, Reason.NameNotFound, 4)],
        Reputation = new Reputation(-12.5, Some.Noon, 0.5, Some.Noon), Record = Record, ToldBy = Some.Node.Id,
        Ban = new Ban(Some.Noon.AddHours(1), ReputationCause.VerificationFailed, 1, "spam"), RemovedUntil = Some.Noon.AddMinutes(10), BytesSent = 1, BytesReceived = 2,
        History = ReputationHistory.Of([new ReputationEntry(Some.Noon, ReputationStep.Judged, ReputationCause.Timeout, -5, -7.5) { Note = "spam" }]),
    };

    private static readonly RangeBan Range = new(AddressRange.Parse("192.0.2.0/24"), Some.Noon, Some.Noon.AddHours(1), "spam");

    private static readonly StoredPeers Book = StoredPeers.Of([Known, new KnownPeer { Id = Some.Node.Id, Key = Some.Node.PublicKey, Source = PeerSource.Inbound, FirstSeen = Some.Noon }]);

    private static readonly IReadOnlyList<object> Stored =
    [
        new PeerLearned(Some.Noon, Some.Peer.PublicKey, PeerSource.Manual, Manual: true), new KeyPinned(Some.Noon, Some.Peer.Id, Some.Addresses[0]),
        new DialEnded(Some.Noon, Some.Peer.Id, Some.Addresses[1], Reason.Refused, 3), new AddressHeard(Some.Noon, Some.Peer.Id, Some.Addresses[2]),
        new AddressForgotten(Some.Noon, Some.Peer.Id, Some.Addresses[0]),
        new ReputationChanged(Some.Noon, Some.Peer.Id, ReputationCause.Timeout, -5, -7.5, 1.25, Some.Noon),
        new Banned(Some.Noon, Some.Peer.Id, Some.Noon.AddHours(2), ReputationCause.ProtocolViolation, 2, -100, "spam"), new Unbanned(Some.Noon, Some.Peer.Id),
        new Removed(Some.Noon, Some.Peer.Id, Some.Noon.AddMinutes(10)), new Forgotten(Some.Noon, Some.Peer.Id),
        new TrafficCounted(Some.Noon, Some.Peer.Id, 1000, 2_000_000_000_000, Some.Noon), new RecordLearned(Some.Noon, Record, [Some.Addresses[0]], Some.Node.Id),
        new PeerImported(Some.Noon, Known), new RangeBanned(Some.Noon, Range.Range, Range.Until, "spam"), new RangeUnbanned(Some.Noon, Range.Range),
        new DriftFlushed([new DialEnded(Some.Noon, Some.Peer.Id, Some.Addresses[1], null, 0), new TrafficCounted(Some.Noon, Some.Node.Id, 1, 2, null)]), Book,
    ];

    public static IEnumerable<Target> All =>
    [
        new("stored-event", "a row of the journal: the first byte chooses its kind, and its checksum is right", bytes => Row(bytes))
        {
            Seeds = [.. Stored.SkipLast(1).Select((e, i) => (byte[])[(byte)i, .. Body(e)])], Words = Some.Texts("192.0.2.1:7373", "node.example:7373", "192.0.2.0/24"),
            Allowance = (256 * 1024, 512),
        },
        new("snapshot", "a row of the snapshots, whose checksum is right", bytes => Row([(byte)(Stored.Count - 1), .. bytes]))
        {
            Seeds = [Body(Book), Body(StoredPeers.Of([Known], RangeBans.Of([Range])))], Allowance = (256 * 1024, 1024),
        },
        new("row", "a row as it lies in the database: its kind, a zero, its bytes", Raw)
        {
            Seeds = [.. Stored.Select(e => (byte[])[.. Some.Text(Serializer.Manifest(e)), 0, .. Serializer.ToBinary(e)])],
        },
        new("import", "a line of a file for `meshara store import`", Import)
        {
            Seeds = Some.Texts(StoreJson.Head(Some.Node.Id, Some.Noon), StoreJson.Line(Known), StoreJson.Line(Range), "{\"kind\":\"event\"}", "[]", "null"),
            Words = Some.Texts("\"kind\":\"peer\"", "null", "\"addresses\":[]", "1e400", "-1", "\"manual\"", "\\u0000", "[[[[[[[[", "{\"a\":{\"a\":", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
            Allowance = (512 * 1024, 2048), Slice = 1_000,
        },
    ];

    private static byte[] Body(object stored) => Serializer.ToBinary(stored)[..^Checksum.Size];

    /// <summary>It is read, or refused as what is damaged; what is read can be applied, written, and read again as the same.</summary>
    private static string? Row(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return null;
        }

        var kind = Serializer.Manifest(Stored[bytes[0] % Stored.Count]);
        if (Read(Checksum.Append(kind, bytes[1..]), kind) is not { } read)
        {
            return null;
        }

        _ = read is IStoreEvent e ? Book.Apply(e) : read;
        var written = Serializer.ToBinary(read);
        return Serializer.ToBinary(Serializer.FromBinary(written, kind)).AsSpan().SequenceEqual(written) ? null : $"What is written is read as something else: {kind}";
    }

    private static string? Raw(byte[] bytes)
    {
        var zero = Math.Max(0, Array.IndexOf(bytes, (byte)0));
        _ = Read(bytes[Math.Min(bytes.Length, zero + 1)..], Encoding.UTF8.GetString(bytes, 0, zero));
        return null;
    }

    /// <summary>Null for what cannot be read, by the exceptions that a start and `meshara store check` know.</summary>
    private static object? Read(byte[] row, string manifest)
    {
        try
        {
            return Serializer.FromBinary(row, manifest);
        }
        catch (Exception e) when (e is SerializationException or InvalidProtocolBufferException or InvalidDataException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Import(byte[] bytes)
    {
        object? read;
        try
        {
            read = StoreJson.Read(Encoding.UTF8.GetString(bytes));
        }
        catch (FormatException)
        {
            return null;
        }
        catch (ArgumentException e) when (e.ParamName == "key")
        {
            // A line with one name twice is refused in the words of the class library yet.
            return null;
        }

        var import = new PeerStoreProtocol.Import(1, read is KnownPeer peer ? [peer] : [], read is RangeBan ban ? [ban] : []);
        var decision = ImportDecisions.Decide(Book, import, maxKnownPeers: 16, Some.Noon);
        var after = decision.Events.Aggregate(Book, (book, e) => book.Apply(e));
        var snapshot = Serializer.ToBinary(after);
        return !Serializer.ToBinary(Serializer.FromBinary(snapshot, Serializer.Manifest(after))).AsSpan().SequenceEqual(snapshot) ? "What was imported is stored as something else."
            : ImportDecisions.Decide(after, import, maxKnownPeers: 16, Some.Noon).Events.Length > 0 ? "A second import changes something again."
            : null;
    }
}
