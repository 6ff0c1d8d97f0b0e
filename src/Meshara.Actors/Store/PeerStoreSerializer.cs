using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using static Meshara.Actors.Store.PeerStoreEvents;
using static Meshara.Actors.Store.RangeBanEvents;

namespace Meshara.Actors.Store;

/// <summary>
/// Stored events and snapshots to and from protobuf. The identifier and the manifests are in every row ever written: they
/// never change, and none is reused. A manifest that ends in <see cref="Checked"/> says that a <see cref="Checksum"/> follows; rows
/// without one were written before there was one.
/// </summary>
internal sealed class PeerStoreSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const int Id = 7_373_001;

    public const string Checked = "/2";

    private const string Drift = "drift";

    public override int Identifier => Id;

    public override string Manifest(object o) => KindOf(o) + Checked;

    public override byte[] ToBinary(object obj) => Checksum.Append(Manifest(obj), BodyOf(obj));

    public override object FromBinary(byte[] bytes, string manifest) => manifest.EndsWith(Checked, StringComparison.Ordinal)
        ? Read(Checksum.Verify(manifest, bytes), manifest[..^Checked.Length])
        : Read(bytes, manifest);

    /// <summary>What a manifest says, without its version.</summary>
    public static string KindOf(object o) => o switch
    {
        PeerLearned => "learned",
        KeyPinned => "pinned",
        DialEnded => "dialled",
        AddressHeard => "heard",
        AddressForgotten => "address-forgotten",
        ReputationChanged => "judged",
        Banned => "banned",
        Unbanned => "unbanned",
        Removed => "removed",
        Forgotten => "forgotten",
        TrafficCounted => "traffic",
        RecordLearned => "record",
        PeerImported => "imported",
        RangeBanned => "range-banned",
        RangeUnbanned => "range-unbanned",
        OutageEnded => "outage-ended",
        DriftFlushed => Drift,
        StoredPeers => "peers",
        _ => throw new SerializationException($"The peer store does not store {o.GetType()}."),
    };

    private static byte[] BodyOf(object obj) => obj switch
    {
        IPeerStoreEvent e => e.ToStored().ToByteArray(),
        RangeBanned e => e.ToStored().ToByteArray(),
        RangeUnbanned e => e.ToStored().ToByteArray(),
        OutageEnded e => e.ToStored().ToByteArray(),
        DriftFlushed e => ToStored(e).ToByteArray(),
        StoredPeers book => book.ToStored().ToByteArray(),
        _ => throw new SerializationException($"The peer store does not store {obj.GetType()}."),
    };

    private static object Read(ReadOnlyMemory<byte> bytes, string kind) => kind switch
    {
        "learned" => StoredForms.From(Stored.PeerLearned.Parser.ParseFrom(bytes.Span)),
        "pinned" => StoredForms.From(Stored.KeyPinned.Parser.ParseFrom(bytes.Span)),
        "dialled" => StoredForms.From(Stored.DialEnded.Parser.ParseFrom(bytes.Span)),
        "heard" => StoredForms.From(Stored.AddressHeard.Parser.ParseFrom(bytes.Span)),
        "address-forgotten" => StoredForms.From(Stored.AddressForgotten.Parser.ParseFrom(bytes.Span)),
        "judged" => StoredForms.From(Stored.ReputationChanged.Parser.ParseFrom(bytes.Span)),
        "banned" => StoredForms.From(Stored.Banned.Parser.ParseFrom(bytes.Span)),
        "unbanned" => StoredForms.From(Stored.Unbanned.Parser.ParseFrom(bytes.Span)),
        "removed" => StoredForms.From(Stored.Removed.Parser.ParseFrom(bytes.Span)),
        "forgotten" => StoredForms.From(Stored.Forgotten.Parser.ParseFrom(bytes.Span)),
        "traffic" => StoredForms.From(Stored.TrafficCounted.Parser.ParseFrom(bytes.Span)),
        "record" => StoredForms.From(Stored.RecordLearned.Parser.ParseFrom(bytes.Span)),
        "imported" => StoredForms.From(Stored.PeerImported.Parser.ParseFrom(bytes.Span)),
        "range-banned" => StoredBans.From(Stored.RangeBanned.Parser.ParseFrom(bytes.Span)),
        "range-unbanned" => StoredBans.From(Stored.RangeUnbanned.Parser.ParseFrom(bytes.Span)),
        "outage-ended" => StoredBans.From(Stored.OutageEnded.Parser.ParseFrom(bytes.Span)),
        Drift => From(Stored.DriftFlushed.Parser.ParseFrom(bytes.Span)),
        "peers" => StoredSnapshot.Read(bytes),
        _ => throw new SerializationException(
            $"The store holds '{kind}', which this version does not know; a later version wrote it. Nothing was changed."),
    };

    private static Stored.DriftFlushed ToStored(DriftFlushed flushed)
    {
        var stored = new Stored.DriftFlushed();
        stored.Events.AddRange(flushed.Events.Select(e => new Stored.DriftFlushed.Types.Event
        {
            Kind = KindOf(e), Body = UnsafeByteOperations.UnsafeWrap(BodyOf(e)),
        }));
        return stored;
    }

    private static DriftFlushed From(Stored.DriftFlushed stored) => stored.Events.Count > 0
        ? new DriftFlushed([.. stored.Events.Select(From)])
        : throw new InvalidDataException("A flush without an event.");

    private static IPeerStoreEvent From(Stored.DriftFlushed.Types.Event stored) =>
        stored.Kind != Drift && Read(stored.Body.Memory, stored.Kind) is IPeerStoreEvent e
            ? e
            : throw new InvalidDataException($"A flush with a '{stored.Kind}' in it.");
}
