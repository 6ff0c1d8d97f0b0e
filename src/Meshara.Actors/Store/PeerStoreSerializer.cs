using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using static Meshara.Actors.Store.PeerStoreEvents;
using static Meshara.Actors.Store.RangeBanEvents;

namespace Meshara.Actors.Store;

/// <summary>
/// Stored events and snapshots to and from protobuf. The identifier and the manifests are in every row ever written: they
/// never change, and none is reused.
/// </summary>
internal sealed class PeerStoreSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const int Id = 7_373_001;

    public override int Identifier => Id;

    public override string Manifest(object o) => o switch
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
        RangeBanned => "range-banned",
        RangeUnbanned => "range-unbanned",
        StoredPeers => "peers",
        _ => throw new SerializationException($"The peer store does not store {o.GetType()}."),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        IPeerStoreEvent e => e.ToStored().ToByteArray(),
        RangeBanned e => e.ToStored().ToByteArray(),
        RangeUnbanned e => e.ToStored().ToByteArray(),
        StoredPeers book => book.ToStored().ToByteArray(),
        _ => throw new SerializationException($"The peer store does not store {obj.GetType()}."),
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "learned" => StoredForms.From(Stored.PeerLearned.Parser.ParseFrom(bytes)),
        "pinned" => StoredForms.From(Stored.KeyPinned.Parser.ParseFrom(bytes)),
        "dialled" => StoredForms.From(Stored.DialEnded.Parser.ParseFrom(bytes)),
        "heard" => StoredForms.From(Stored.AddressHeard.Parser.ParseFrom(bytes)),
        "address-forgotten" => StoredForms.From(Stored.AddressForgotten.Parser.ParseFrom(bytes)),
        "judged" => StoredForms.From(Stored.ReputationChanged.Parser.ParseFrom(bytes)),
        "banned" => StoredForms.From(Stored.Banned.Parser.ParseFrom(bytes)),
        "unbanned" => StoredForms.From(Stored.Unbanned.Parser.ParseFrom(bytes)),
        "removed" => StoredForms.From(Stored.Removed.Parser.ParseFrom(bytes)),
        "forgotten" => StoredForms.From(Stored.Forgotten.Parser.ParseFrom(bytes)),
        "traffic" => StoredForms.From(Stored.TrafficCounted.Parser.ParseFrom(bytes)),
        "record" => StoredForms.From(Stored.RecordLearned.Parser.ParseFrom(bytes)),
        "range-banned" => StoredBans.From(Stored.RangeBanned.Parser.ParseFrom(bytes)),
        "range-unbanned" => StoredBans.From(Stored.RangeUnbanned.Parser.ParseFrom(bytes)),
        "peers" => StoredForms.From(Stored.Snapshot.Parser.ParseFrom(bytes)),
        _ => throw new SerializationException(
            $"The store holds '{manifest}', which this version does not know; a later version wrote it. Nothing was changed."),
    };
}
