using System.Runtime.Serialization;
using Google.Protobuf;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreEvents;

namespace Meshara.Actors.Tests.Store;

/// <summary>
/// The bytes of what is stored. They lie in the databases of those who run a node: a line here is never changed, only added to.
/// </summary>
public sealed class PeerStoreSerializerSpec
{
    private static readonly PublicKey Key = PublicKey.FromBytes(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
    private static readonly NodeId Id = NodeId.Of(Key);
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly PeerAddress Address = PeerAddress.Parse("192.0.2.1:7373");

    private static readonly SignedRecord Record = RecordOf(Key, Address);

    private static readonly PeerStoreSerializer Serializer = new(null!);

    private static readonly KnownPeer Imported = new()
    {
        Id = Id, Key = Key, Source = PeerSource.Exchange, FirstSeen = Noon, Record = Record, ToldBy = NodeId.Of(KeyOf(9)),
    };

    private static readonly Dictionary<string, IPeerStoreEvent> Events = new()
    {
        ["learned"] = new PeerLearned(Noon, Key, PeerSource.Manual, Manual: true),
        ["learned by mdns"] = new PeerLearned(Noon, Key, PeerSource.Mdns, Manual: false),
        ["pinned"] = new KeyPinned(Noon, Id, Address),
        ["dialled"] = new DialEnded(Noon, Id, Address, Failure: null, Failures: 0),
        ["dialled in vain"] = new DialEnded(Noon, Id, PeerAddress.Parse("[2001:db8::1]:7373"), Reason.Refused, Failures: 3),
        ["heard"] = new AddressHeard(Noon, Id, PeerAddress.Parse("node.example:7373")),
        ["address-forgotten"] = new AddressForgotten(Noon, Id, Address),
        ["judged"] = new ReputationChanged(Noon, Id, ReputationCause.Timeout, -5, -7.5, 1.25, Noon.AddSeconds(-30)),
        ["banned"] = new Banned(Noon, Id, Noon.AddHours(2), ReputationCause.ProtocolViolation, 2, -100),
        ["unbanned"] = new Unbanned(Noon, Id),
        ["removed"] = new Removed(Noon, Id, Noon.AddMinutes(10)),
        ["forgotten"] = new Forgotten(Noon, Id),
        ["traffic"] = new TrafficCounted(Noon, Id, 1000, 2_000_000_000_000, Noon.AddSeconds(-1)),
        ["record"] = new RecordLearned(Noon, Record, [Address], NodeId.Of(KeyOf(9))),
        ["imported"] = new PeerImported(Noon, Imported),
        ["traffic one way"] = new TrafficCounted(Noon, Id, 7, 0, LastSeen: null),
    };

    private static readonly StoredPeers Book = StoredPeers.Of(
    [
        new KnownPeer
        {
            Id = Id, Key = Key, Source = PeerSource.Bootstrap, FirstSeen = Noon, Manual = true, LastSeen = Noon.AddSeconds(5),
            Addresses =
            [
                new KnownAddress(Address, Proven: true, Noon.AddSeconds(1)),
                new KnownAddress(PeerAddress.Parse("node.example:7373"), false, Noon.AddSeconds(2), Reason.NameNotFound, 4),
            ],
            Reputation = new Reputation(-12.5, Noon, 0.5, Noon.AddSeconds(-20)),
            Ban = new Ban(Noon.AddHours(1), ReputationCause.VerificationFailed, 1),
            RemovedUntil = Noon.AddMinutes(10),
            BytesSent = 1,
            BytesReceived = 2,
        },
        new KnownPeer { Id = NodeId.Of(KeyOf(9)), Key = KeyOf(9), Source = PeerSource.Inbound, FirstSeen = Noon },
    ]);

    /// <summary>What later versions added to a peer.</summary>
    private static readonly StoredPeers Told = StoredPeers.Of(
    [
        new KnownPeer
        {
            Id = Id, Key = Key, Source = PeerSource.Exchange, FirstSeen = Noon, Record = Record, ToldBy = NodeId.Of(KeyOf(9)),
        },
    ]);

    public static TheoryData<string, string, string> Golden => new()
    {
        {
            "learned", "learned",
            "09b0a4345563c93f0012200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2018012001"
        },
        {
            "learned by mdns", "learned",
            "09b0a4345563c93f0012200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f201802"
        },
        {
            "pinned", "pinned",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c91a0e3139322e30"
            + "2e322e313a37333733"
        },
        {
            "dialled", "dialled",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c91a0e3139322e30"
            + "2e322e313a37333733"
        },
        {
            "dialled in vain", "dialled",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c91a125b32303031"
            + "3a6462383a3a315d3a3733373320122803"
        },
        {
            "heard", "heard",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c91a116e6f64652e"
            + "6578616d706c653a37333733"
        },
        {
            "address-forgotten", "address-forgotten",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c91a0e3139322e30"
            + "2e322e313a37333733"
        },
        {
            "judged", "judged",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c918032100000000"
            + "000014c0290000000000001ec031000000000000f43f39b001534363c93f00"
        },
        {
            "banned", "banned",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c919b074bd1874c9"
            + "3f00200528023100000000000059c0"
        },
        { "unbanned", "unbanned", "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c9" },
        {
            "removed", "removed",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c919b060d5ba64c9"
            + "3f00"
        },
        {
            "forgotten", "forgotten",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c9"
        },
        {
            "traffic", "traffic",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c918e8072080c0a8"
            + "ca9a3a29300e9c5463c93f00"
        },
        {
            "record", "record",
            "09b0a4345563c93f00123d0a360a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2010071a"
            + "0b0a090a04c000020110cd392a036e657412030102031a0e3139322e302e322e313a3733373322208c0cc17a04942cc4f8e0"
            + "fe0b302606d3108860c126428ba2ceeb5f9ed41c2b05"
        },
        {
            "imported", "imported",
            "09b0a4345563c93f00128f010a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20100419b0"
            + "a4345563c93f007a3d0a360a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2010071a0b0a"
            + "090a04c000020110cd392a036e657412030102038201208c0cc17a04942cc4f8e0fe0b302606d3108860c126428ba2ceeb5f"
            + "9ed41c2b05"
        },
        {
            "traffic one way", "traffic",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c91807"
        },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Every_stored_event_keeps_its_manifest_and_its_bytes(string which, string manifest, string hex)
    {
        Serializer.Manifest(Events[which]).ShouldBe(manifest + "/2");
        Convert.ToHexStringLower(Serializer.ToBinary(Events[which])[..^Checksum.Size]).ShouldBe(hex);
        var read = (IPeerStoreEvent)Serializer.FromBinary(Convert.FromHexString(hex), manifest);
        read.ToString().ShouldBe(Events[which].ToString());
        read.ToStored().ShouldBe(Events[which].ToStored());
    }

    [Fact]
    public void Every_kind_of_event_is_in_the_table()
    {
        var kinds = typeof(PeerStoreEvents).GetNestedTypes().Where(t => t.IsAssignableTo(typeof(IPeerStoreEvent)));
        Events.Values.Select(e => e.GetType()).Distinct().ShouldBe(kinds, ignoreOrder: true);
        Golden.Count.ShouldBe(Events.Count);
    }

    [Fact]
    public void The_snapshot_keeps_its_manifest_and_its_bytes()
    {
        Serializer.Manifest(Book).ShouldBe("peers/2");
        Convert.ToHexStringLower(Serializer.ToBinary(Book)[..^Checksum.Size]).ShouldBe(GoldenBook);
        var read = Serializer.FromBinary(Convert.FromHexString(GoldenBook), "peers").ShouldBeOfType<StoredPeers>();
        read.Peers.Count.ShouldBe(Book.Peers.Count);
        foreach (var peer in Book.Peers.Values)
        {
            // An array has no equality by value.
            read.Peers[peer.Id].Addresses.ShouldBe(peer.Addresses);
            (read.Peers[peer.Id] with { Addresses = [] }).ShouldBe(peer with { Addresses = [] });
        }

        read.Pins.ShouldBe([KeyValuePair.Create(Address, Id)]);
    }

    [Fact]
    public void What_was_told_of_a_peer_keeps_its_bytes_in_the_snapshot()
    {
        Convert.ToHexStringLower(Serializer.ToBinary(Told)[..^Checksum.Size]).ShouldBe(GoldenTold);
        var read = ((StoredPeers)Serializer.FromBinary(Convert.FromHexString(GoldenTold), "peers")).Peers[Id];
        (read.Record, read.ToldBy).ShouldBe((Record, NodeId.Of(KeyOf(9))));
        read.Record!.Addresses.ShouldBe([Address]);
    }

    [Fact]
    public void The_checksum_keeps_its_bytes()
    {
        var stored = Serializer.ToBinary(Events["unbanned"]);

        Convert.ToHexStringLower(stored[^Checksum.Size..]).ShouldBe("4e57132b");
        Serializer.FromBinary(stored, "unbanned/2").ShouldBe(Events["unbanned"]);
    }

    [Fact]
    public void A_flipped_bit_or_a_cut_end_is_noticed_wherever_it_is()
    {
        foreach (var e in Events.Values)
        {
            var (stored, manifest) = (Serializer.ToBinary(e), Serializer.Manifest(e));
            for (var bit = 0; bit < stored.Length * 8; bit++)
            {
                var flipped = stored.ToArray();
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                Should.Throw<SerializationException>(() => Serializer.FromBinary(flipped, manifest)).Message.ShouldContain("damaged");
            }

            for (var length = 0; length < stored.Length; length++)
            {
                Should.Throw<SerializationException>(() => Serializer.FromBinary(stored[..length], manifest));
            }

            Should.Throw<SerializationException>(() => Serializer.FromBinary(stored, manifest == "pinned/2" ? "heard/2" : "pinned/2"));
        }
    }

    [Fact]
    public void The_identifier_never_changes() => new PeerStoreSerializer(null!).Identifier.ShouldBe(7_373_001);

    [Fact]
    public void What_a_later_version_stored_is_refused_rather_than_dropped()
    {
        Should.Throw<SerializationException>(() => Serializer.FromBinary([], "quarantined")).Message.ShouldContain("'quarantined'");
        Should.Throw<InvalidDataException>(() => Serializer.FromBinary(
            Serializer.ToBinary(new PeerLearned(Noon, Key, (PeerSource)99, false)), "learned/2")).Message.ShouldContain("99 is no PeerSource");
    }

    [Fact]
    public void Nothing_else_is_serialized()
    {
        Should.Throw<SerializationException>(() => Serializer.Manifest("a string"));
        Should.Throw<SerializationException>(() => Serializer.ToBinary("a string"));
    }

    private static SignedRecord RecordOf(PublicKey key, PeerAddress address)
    {
        var body = new PeerRecordBody { PublicKey = ByteString.CopyFrom(key.ToByteArray()), Sequence = 7, Network = "net" };
        body.Addresses.Add(address.ToWire());
        var bytes = new SignedPeerRecord { Record = body.ToByteString(), Signature = ByteString.CopyFrom(1, 2, 3) }.ToByteArray();
        return SignedRecord.TryRead(bytes, out var record) ? record : throw new InvalidOperationException();
    }

    private static PublicKey KeyOf(byte n) => PublicKey.FromBytes(Enumerable.Repeat(n, 32).ToArray());

    private const string GoldenTold =
        "0a8f010a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20100419b0a4345563c93f007a3d0a360a2001"
        + "02030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2010071a0b0a090a04c000020110cd392a036e657412030102"
        + "038201208c0cc17a04942cc4f8e0fe0b302606d3108860c126428ba2ceeb5f9ed41c2b05";

    private const string GoldenBook =
        "0a2d0a200909090909090909090909090909090909090909090909090909090909090909100519b0a4345563c93f000ab7010a20010203"
        + "0405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20100319b0a4345563c93f0020012930952f5863c93f00321b0a0e"
        + "3139322e302e322e313a37333733100119303bcd5563c93f0032200a116e6f64652e6578616d706c653a3733373319b0d1655663c93f00"
        + "201928043900000000000029c041b0a4345563c93f0049000000000000e03f51b0e2484963c93f005a0d09b00cf9b66bc93f0010021801"
        + "61b060d5ba64c93f0068017002";
}
