using System.Collections.Frozen;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreEvents;

namespace Meshara.Actors.Store;

/// <summary>What is stored, to and from its protobuf form. What makes no sense throws: it stops the recovery.</summary>
internal static class StoredForms
{
    public static IMessage ToStored(this IPeerStoreEvent e) => e switch
    {
        PeerLearned x => new Stored.PeerLearned { At = Ticks(x.At), Key = Bytes(x.Key), Source = (int)x.Source, Manual = x.Manual },
        KeyPinned x => new Stored.KeyPinned { At = Ticks(x.At), Peer = Bytes(x.Peer), Address = x.Address.ToString() },
        DialEnded x => Dial(x),
        AddressHeard x => new Stored.AddressHeard { At = Ticks(x.At), Peer = Bytes(x.Peer), Address = x.Address.ToString() },
        AddressForgotten x => new Stored.AddressForgotten { At = Ticks(x.At), Peer = Bytes(x.Peer), Address = x.Address.ToString() },
        ReputationChanged x => new Stored.ReputationChanged
        {
            At = Ticks(x.At), Peer = Bytes(x.Peer), Cause = (int)x.Cause, Delta = x.Delta,
            Score = x.Score, Gained = x.Gained, MinuteBegan = Ticks(x.MinuteBegan),
        },
        Banned x => Ban(x),
        Unbanned x => new Stored.Unbanned { At = Ticks(x.At), Peer = Bytes(x.Peer) },
        Removed x => new Stored.Removed { At = Ticks(x.At), Peer = Bytes(x.Peer), Until = Ticks(x.Until) },
        Forgotten x => new Stored.Forgotten { At = Ticks(x.At), Peer = Bytes(x.Peer) },
        TrafficCounted x => Traffic(x),
        RecordLearned x => Record(x),
        PeerImported x => new Stored.PeerImported { At = Ticks(x.At), Known = StoredSnapshot.ToStored(x.Known) },
        _ => throw new ArgumentOutOfRangeException(nameof(e), e, "An event without a stored form."),
    };

    public static PeerLearned From(Stored.PeerLearned x) => new(Time(x.At), Key(x.Key), Known<PeerSource>(x.Source), x.Manual);

    public static KeyPinned From(Stored.KeyPinned x) => new(Time(x.At), Id(x.Peer), PeerAddress.Parse(x.Address));

    public static DialEnded From(Stored.DialEnded x) => new(
        Time(x.At), Id(x.Peer), PeerAddress.Parse(x.Address), x.HasFailure ? Known<Reason>(x.Failure) : null, x.Failures);

    public static AddressHeard From(Stored.AddressHeard x) => new(Time(x.At), Id(x.Peer), PeerAddress.Parse(x.Address));

    public static AddressForgotten From(Stored.AddressForgotten x) => new(Time(x.At), Id(x.Peer), PeerAddress.Parse(x.Address));

    public static ReputationChanged From(Stored.ReputationChanged x) => new(
        Time(x.At), Id(x.Peer), Known<ReputationCause>(x.Cause), x.Delta, x.Score, x.Gained, Time(x.MinuteBegan));

    public static Banned From(Stored.Banned x) => new(
        Time(x.At), Id(x.Peer), Time(x.Until), Known<ReputationCause>(x.Cause), x.Count, x.Score, x.HasNote ? x.Note : null);

    public static Unbanned From(Stored.Unbanned x) => new(Time(x.At), Id(x.Peer));

    public static Removed From(Stored.Removed x) => new(Time(x.At), Id(x.Peer), Time(x.Until));

    public static Forgotten From(Stored.Forgotten x) => new(Time(x.At), Id(x.Peer));

    public static TrafficCounted From(Stored.TrafficCounted x) => new(
        Time(x.At), Id(x.Peer), x.Sent, x.Received, x.HasLastSeen ? Time(x.LastSeen) : null);

    public static RecordLearned From(Stored.RecordLearned x) => new(
        Time(x.At), Record(x.Record), [.. x.Addresses.Select(PeerAddress.Parse)], Id(x.Teller));

    public static PeerImported From(Stored.PeerImported x) => new(
        Time(x.At), StoredPeer.Read((x.Known ?? throw new InvalidDataException("An import without its peer.")).ToByteArray()));

    private static Stored.Banned Ban(Banned x)
    {
        var stored = new Stored.Banned
        {
            At = Ticks(x.At), Peer = Bytes(x.Peer), Until = Ticks(x.Until), Cause = (int)x.Cause, Count = x.Count, Score = x.Score,
        };
        if (x.Note is { } note)
        {
            stored.Note = note;
        }

        return stored;
    }

    private static Stored.DialEnded Dial(DialEnded x)
    {
        var stored = new Stored.DialEnded
        {
            At = Ticks(x.At), Peer = Bytes(x.Peer), Address = x.Address.ToString(), Failures = x.Failures,
        };
        if (x.Failure is { } failure)
        {
            stored.Failure = (int)failure;
        }

        return stored;
    }

    private static Stored.TrafficCounted Traffic(TrafficCounted x)
    {
        var stored = new Stored.TrafficCounted { At = Ticks(x.At), Peer = Bytes(x.Peer), Sent = x.Sent, Received = x.Received };
        if (x.LastSeen is { } seen)
        {
            stored.LastSeen = Ticks(seen);
        }

        return stored;
    }

    private static Stored.RecordLearned Record(RecordLearned x)
    {
        var stored = new Stored.RecordLearned
        {
            At = Ticks(x.At), Record = ByteString.CopyFrom(x.Record.Bytes.Span), Teller = Bytes(x.Teller),
        };
        stored.Addresses.AddRange(x.Addresses.Select(a => a.ToString()));
        return stored;
    }

    private static SignedRecord Record(ByteString bytes) => SignedRecord.TryRead(bytes.Memory, out var record)
        ? record
        : throw new InvalidDataException("A stored record of a peer cannot be read.");

    internal static long Ticks(DateTimeOffset time) => time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;

    internal static DateTimeOffset Time(long ticks) => DateTimeOffset.UnixEpoch.AddTicks(ticks);

    internal static ByteString Bytes(NodeId id) => ByteString.CopyFrom(id.ToByteArray());

    internal static ByteString Bytes(PublicKey key) => ByteString.CopyFrom(key.ToByteArray());

    internal static NodeId Id(ByteString bytes) => NodeId.FromBytes(bytes.Span);

    internal static PublicKey Key(ByteString bytes) => PublicKey.FromBytes(bytes.Span);

    internal static T Known<T>(int number)
        where T : struct, Enum
    {
        return Numbers<T>.Known.TryGetValue(number, out var value)
            ? value
            : throw new InvalidDataException($"{number} is no {typeof(T).Name} of this version; a later one may have written it.");
    }

    /// <summary>The values of an enum by their numbers: to ask the type itself takes longer than all else about an address.</summary>
    private static class Numbers<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<int, T> Known = Enum.GetValues<T>().ToFrozenDictionary(v => Convert.ToInt32(v, provider: null));
    }
}
