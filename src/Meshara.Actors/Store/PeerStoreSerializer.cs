using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace Meshara.Actors.Store;

/// <summary>
/// Events and snapshots to bytes and back. Bound to the store's own types only, and added to the host's actor system at run time, so
/// that nothing of the host's own serialization changes.
/// </summary>
internal sealed class PeerStoreSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Stands in every stored row: never to be changed.</summary>
    public const int Id = 7373;

    private const string Name = "meshara-peer-store";

    private static readonly Type[] Kept =
    [
        typeof(PeerLearned), typeof(PeerWanted), typeof(KeyPinned), typeof(AddressHeard), typeof(AddressTried), typeof(ReputationChanged),
        typeof(PeerBanned), typeof(PeerUnbanned), typeof(PeerRemoved), typeof(PeerForgotten), typeof(TrafficCounted), typeof(PeerLedger),
    ];

    public override int Identifier => Id;

    public static void AddTo(ActorSystem system)
    {
        var serializer = new PeerStoreSerializer((ExtendedActorSystem)system);
        system.Serialization.AddSerializer(Name, serializer);

        // One by one: a binding of their interface, made at run time, would come after that of object.
        foreach (var kept in Kept)
        {
            system.Serialization.AddSerializationMap(kept, serializer);
        }
    }

    public override byte[] ToBinary(object obj) => obj switch
    {
        IPeerStoreEvent e => StoredForm.Of(e).ToByteArray(),
        PeerLedger ledger => StoredForm.Of(ledger).ToByteArray(),
        _ => throw new ArgumentException($"{obj.GetType()} is nothing that the peer store keeps.", nameof(obj)),
    };

    public override string Manifest(object o) => o switch
    {
        PeerLearned => "learned",
        PeerWanted => "wanted",
        KeyPinned => "pinned",
        AddressHeard => "heard",
        AddressTried => "tried",
        ReputationChanged => "reputation",
        PeerBanned => "banned",
        PeerUnbanned => "unbanned",
        PeerRemoved => "removed",
        PeerForgotten => "forgotten",
        TrafficCounted => "traffic",
        PeerLedger => "snapshot",
        _ => throw new ArgumentException($"{o.GetType()} is nothing that the peer store keeps.", nameof(o)),
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "learned" => StoredForm.From(Stored.PeerLearned.Parser.ParseFrom(bytes)),
        "wanted" => StoredForm.From(Stored.PeerWanted.Parser.ParseFrom(bytes)),
        "pinned" => StoredForm.From(Stored.KeyPinned.Parser.ParseFrom(bytes)),
        "heard" => StoredForm.From(Stored.AddressHeard.Parser.ParseFrom(bytes)),
        "tried" => StoredForm.From(Stored.AddressTried.Parser.ParseFrom(bytes)),
        "reputation" => StoredForm.From(Stored.ReputationChanged.Parser.ParseFrom(bytes)),
        "banned" => StoredForm.From(Stored.PeerBanned.Parser.ParseFrom(bytes)),
        "unbanned" => StoredForm.From(Stored.PeerUnbanned.Parser.ParseFrom(bytes)),
        "removed" => StoredForm.From(Stored.PeerRemoved.Parser.ParseFrom(bytes)),
        "forgotten" => StoredForm.From(Stored.PeerForgotten.Parser.ParseFrom(bytes)),
        "traffic" => StoredForm.From(Stored.TrafficCounted.Parser.ParseFrom(bytes)),
        "snapshot" => StoredForm.From(Stored.Snapshot.Parser.ParseFrom(bytes)),
        _ => throw new InvalidOperationException(
            $"The peer store holds '{manifest}', which this version does not know; it was written by a newer one. Nothing was dropped: run that version."),
    };
}
