using System.Net;
using Meshara.Actors.Store;
using Meshara.Actors.Store.Upkeep;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using Ban = Meshara.Core.Peers.Ban;

namespace Meshara.Actors.Tests.Store.Upkeep;

public sealed class StoreJsonSpec
{
    private static readonly DateTimeOffset Noon = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    private static readonly NodeIdentity Bob = Identities.Bob();

    private static readonly KnownPeer Peer = new()
    {
        Id = Bob.Id, Key = Bob.PublicKey, Source = PeerSource.Exchange, FirstSeen = Noon, LastSeen = Noon.AddTicks(1), Manual = true,
        Addresses =
        [
            new KnownAddress(PeerAddress.Parse("192.0.2.1:7373"), Proven: true, Noon),
            new KnownAddress(PeerAddress.Parse("[2001:db8::1]:7373"), false, Noon, Reason.NameNotFound, 4),
        ],
        Reputation = new Reputation(-12.345678901234, Noon, 0.5, Noon.AddSeconds(-20)),
        Ban = new Ban(Noon.AddHours(1), ReputationCause.Operator, 2, "spam, \"twice\" <b>"),
        History = ReputationHistory.Of([new ReputationEntry(Noon, ReputationStep.Banned, ReputationCause.Operator, 0, -12) { Until = Noon, Note = "ü" }]),
        RemovedUntil = Noon.AddMinutes(10), BytesSent = long.MaxValue, BytesReceived = 2, ToldBy = Identities.Carol().Id,
        Record = RecordOf(Bob),
    };

    [Fact]
    public void A_peer_comes_back_as_it_was()
    {
        var line = StoreJson.Line(Peer);

        var read = StoreJson.Read(line).ShouldBeOfType<KnownPeer>();
        read.Addresses.ShouldBe(Peer.Addresses);
        (read with { Addresses = default }).ShouldBe(Peer with { Addresses = default });
        StoreJson.Line(read).ShouldBe(line);
        line.ShouldNotContain("\n");
    }

    [Fact]
    public void A_peer_of_whom_little_is_known_comes_back_too()
    {
        var peer = new KnownPeer { Id = Bob.Id, Key = Bob.PublicKey, Source = PeerSource.Mdns, FirstSeen = Noon };

        (((KnownPeer)StoreJson.Read(StoreJson.Line(peer))!) with { Addresses = peer.Addresses }).ShouldBe(peer);
    }

    [Fact]
    public void A_banned_range_comes_back_as_it_was()
    {
        var ban = new RangeBan(IPNetwork.Parse("192.0.2.0/24"), Noon, Noon.AddDays(1), "noise");

        StoreJson.Read(StoreJson.Line(ban)).ShouldBe(ban);
    }

    [Fact]
    public void The_first_line_is_read_over() => StoreJson.Read(StoreJson.Head(Bob.Id, Noon)).ShouldBeNull();

    [Fact]
    public void Names_and_shapes_are_for_people() => StoreJson.Line(Peer).ShouldSatisfyAllConditions(
        l => l.ShouldStartWith($"{{\"kind\":\"peer\",\"publicKey\":\"{Bob.PublicKey}\",\"source\":\"exchange\",\"firstSeen\":\"2026-11-24T12:00:00.1234567+00:00\""),
        l => l.ShouldContain("\"lastFailure\":\"name-not-found\""));

    [Fact]
    public void An_event_is_a_line_with_its_place_its_kind_and_what_it_says()
    {
        var line = StoreJson.Line(new PlacedEvent(7, "pinned", new PeerStoreEvents.KeyPinned(Noon, Bob.Id, PeerAddress.Parse("192.0.2.1:7373"))));

        line.ShouldBe("{\"kind\":\"event\",\"sequence\":7,\"event\":\"pinned\",\"at\":\"2026-11-24T12:00:00.1234567+00:00\","
            + $"\"peer\":\"{Bob.Id}\",\"address\":\"192.0.2.1:7373\"}}");
        StoreJson.Line(new PlacedEvent(8, "imported", new PeerStoreEvents.PeerImported(Noon, Peer))).ShouldContain(Peer.Record!.Peer.ToString());
        Should.Throw<FormatException>(() => StoreJson.Read(line)).Message.ShouldContain("cannot be imported");
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{\"kind\":7}", "")]
    [InlineData("{\"kind\":\"planet\"}", "'planet'")]
    [InlineData("{\"kind\":\"peer\"}", "It lacks 'publicKey', 'source'")]
    [InlineData("{\"kind\":\"store\",\"schema\":2,\"node\":\"ID\",\"exportedAt\":\"2026-11-24T12:00:00Z\"}", "schema 1")]
    [InlineData("{\"kind\":\"range-ban\",\"range\":\"192.0.2.0/33\",\"at\":\"2026-11-24T12:00:00Z\",\"until\":\"2026-11-24T12:00:00Z\"}", "")]
    public void What_is_no_line_of_an_export_is_refused(string line, string says) =>
        Should.Throw<FormatException>(() => StoreJson.Read(line.Replace("ID", Bob.Id.ToString(), StringComparison.Ordinal))).Message.ShouldContain(says);

    [Theory]
    [InlineData("\"score\":-12.345678901234", "\"score\":-1000")]
    [InlineData("\"failures\":4", "\"failures\":-4")]
    [InlineData("\"count\":2", "\"count\":0")]
    [InlineData("\"source\":\"exchange\"", "\"source\":\"hearsay\"")]
    [InlineData("\"source\":\"exchange\"", "\"source\":4")]
    [InlineData("\"manual\":true", "\"manual\":true,\"trusted\":true")]
    [InlineData("\"bytesReceived\":2", "\"bytesReceived\":-2")]
    [InlineData("192.0.2.1:7373", "192.0.2.1:0")]
    [InlineData("[2001:db8::1]:7373", "192.0.2.1:7373")]
    [InlineData("spam", "spam\\u001b[31m")]
    [InlineData("\"firstSeen\":", "\"firstHeard\":")]
    public void A_peer_that_no_store_would_hold_is_refused(string instead, string with)
    {
        var line = StoreJson.Line(Peer);
        line.ShouldContain(instead);

        Should.Throw<FormatException>(() => StoreJson.Read(line.Replace(instead, with, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_record_is_believed_for_its_signature_only()
    {
        var bytes = Peer.Record!.Bytes.ToArray();
        bytes[^1] ^= 1;
        var forged = StoreJson.Line(Peer).Replace(
            Convert.ToBase64String(Peer.Record.Bytes.Span), Convert.ToBase64String(bytes), StringComparison.Ordinal);
        Should.Throw<FormatException>(() => StoreJson.Read(forged)).Message.ShouldContain("signature");

        var others = StoreJson.Line(Peer with { Record = RecordOf(Identities.Carol()) });
        Should.Throw<FormatException>(() => StoreJson.Read(others)).Message.ShouldContain("another peer's");
    }

    private static SignedRecord RecordOf(NodeIdentity identity)
    {
        var bytes = new PeerRecord(identity.PublicKey, 7, [PeerAddress.Parse("192.0.2.1:7373")], []) { Network = "net" }.Sign(identity);
        return SignedRecord.TryVerify(bytes, out var record) ? record : throw new InvalidOperationException();
    }
}
