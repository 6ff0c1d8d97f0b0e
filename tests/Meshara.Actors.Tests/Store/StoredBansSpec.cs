using System.Net;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreEvents;
using static Meshara.Actors.Store.RangeBanEvents;

namespace Meshara.Actors.Tests.Store;

/// <summary>The bytes of bans, ranges and histories. As with all that is stored, a line here is never changed, only added to.</summary>
public sealed class StoredBansSpec
{
    private static readonly PublicKey Key = PublicKey.FromBytes(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
    private static readonly NodeId Id = NodeId.Of(Key);
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, 123, TimeSpan.Zero);

    private static readonly PeerStoreSerializer Serializer = new(null!);

    private static readonly Dictionary<string, IStoreEvent> Events = new()
    {
        ["banned by a person"] = new Banned(Noon, Id, Noon.AddHours(2), ReputationCause.Operator, 2, -100, "spam"),
        ["range"] = new RangeBanned(Noon, AddressRange.Parse("2001:db8::/32"), Noon.AddDays(1), "scanners"),
        ["range without a word"] = new RangeBanned(Noon, AddressRange.Parse("192.0.2.7"), Noon.AddDays(1), Note: null),
        ["outage"] = new OutageEnded(Noon, Noon.AddMinutes(-10), Lost: 7),
        ["range lifted"] = new RangeUnbanned(Noon, AddressRange.Parse("192.0.2.0/24")),
    };

    private static readonly StoredPeers Book = StoredPeers.Of(
        [
            new KnownPeer
            {
                Id = Id, Key = Key, Source = PeerSource.Mdns, FirstSeen = Noon,
                Ban = new Ban(Noon.AddHours(1), ReputationCause.Operator, 1, "spam"),
                History = ReputationHistory.Of(
                [
                    new ReputationEntry(Noon, ReputationStep.Judged, ReputationCause.MessageDelivered, 0.5, 0.5),
                    new ReputationEntry(Noon, ReputationStep.Banned, ReputationCause.Operator, 0, 0.5) { Until = Noon.AddHours(1), Note = "spam" },
                    new ReputationEntry(Noon, ReputationStep.Unbanned, ReputationCause.Operator, -0.5, 0),
                ]),
            },
        ],
        RangeBans.Of(
        [
            new RangeBan(AddressRange.Parse("192.0.2.0/24"), Noon, Noon.AddDays(7)),
            new RangeBan(AddressRange.Parse("2001:db8::/32"), Noon, Noon.AddHours(1), "scanners"),
        ]));

    public static TheoryData<string, string, string> Golden => new()
    {
        { "outage", "outage-ended", "09b0a4345563c93f0011b0e893ef61c93f001807" },
        {
            "banned by a person", "banned",
            "09b0a4345563c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c919b074bd1874c9"
            + "3f00200628023100000000000059c03a047370616d"
        },
        {
            "range", "range-banned",
            "09b0a4345563c93f00120d323030313a6462383a3a2f333219b0649e7f2cca3f0022087363616e6e657273"
        },
        {
            "range without a word", "range-banned",
            "09b0a4345563c93f00120c3139322e302e322e372f333219b0649e7f2cca3f00"
        },
        {
            "range lifted", "range-unbanned",
            "09b0a4345563c93f00120c3139322e302e322e302f3234"
        },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Every_stored_event_keeps_its_manifest_and_its_bytes(string which, string manifest, string hex)
    {
        Serializer.Manifest(Events[which]).ShouldBe(manifest + "/2");
        Convert.ToHexStringLower(Serializer.ToBinary(Events[which])[..^Checksum.Size]).ShouldBe(hex);
        Serializer.FromBinary(Convert.FromHexString(hex), manifest).ShouldBe(Events[which]);
    }

    [Fact]
    public void Every_kind_of_event_about_ranges_is_in_the_table() => Events.Values.OfType<IRangeEvent>().Select(e => e.GetType()).Distinct()
        .ShouldBe(typeof(RangeBanEvents).GetNestedTypes().Where(t => t.IsAssignableTo(typeof(IRangeEvent))), ignoreOrder: true);

    [Fact]
    public void The_snapshot_keeps_the_bytes_of_bans_histories_and_ranges()
    {
        Convert.ToHexStringLower(Serializer.ToBinary(Book)[..^Checksum.Size]).ShouldBe(GoldenBook);
        var read = Serializer.FromBinary(Convert.FromHexString(GoldenBook), "peers").ShouldBeOfType<StoredPeers>();
        read.Peers[Id].Ban.ShouldBe(Book.Peers[Id].Ban);
        read.Peers[Id].History.ShouldBe(Book.Peers[Id].History);
        read.Ranges.All.ShouldBe(Book.Ranges.All);
    }

    [Fact]
    public void A_ban_outlives_what_happens_to_the_peers_meanwhile()
    {
        var changed = Book.Apply(new Forgotten(Noon, Id)).Apply(new PeerLearned(Noon, Key, PeerSource.Mdns, Manual: false))
            .Apply(new KeyPinned(Noon, Id, PeerAddress.Of(IPAddress.Loopback, 1)));
        changed.Ranges.All.ShouldBe(Book.Ranges.All);
    }

    private const string GoldenBook =
        "0aa5010a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20100219b0a4345563c93f005a13"
        + "09b00cf9b66bc93f001006180122047370616da2011f09b0a4345563c93f001001180121000000000000e03f290000000000"
        + "00e03fa2012509b0a4345563c93f001002180629000000000000e03f31b00cf9b66bc93f003a047370616da2011609b0a434"
        + "5563c93f001003180621000000000000e0bf12200a0c3139322e302e322e302f323411b0a4345563c93f0019b0e4187ee3ce"
        + "3f00122b0a0d323030313a6462383a3a2f333211b0a4345563c93f0019b00cf9b66bc93f0022087363616e6e657273";
}
