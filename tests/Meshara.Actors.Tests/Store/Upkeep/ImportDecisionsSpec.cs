using System.Net;
using Meshara.Actors.Store;
using Meshara.Actors.Store.Upkeep;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using Ban = Meshara.Core.Peers.Ban;

namespace Meshara.Actors.Tests.Store.Upkeep;

public sealed class ImportDecisionsSpec
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly PeerAddress Here = PeerAddress.Parse("192.0.2.1:7373"), There = PeerAddress.Parse("192.0.2.2:7373");

    [Fact]
    public void Who_was_not_known_is_taken_as_it_is()
    {
        var book = Import(StoredPeers.Empty, PeerOf(1) with { Manual = true, Addresses = [new KnownAddress(Here, Proven: true)] }, out var decision);

        (decision.Added, decision.Changed).ShouldBe((1, 0));
        book.Peers[IdOf(1)].Manual.ShouldBeTrue();
        book.HolderOf(Here).ShouldBe(IdOf(1));
    }

    [Fact]
    public void Of_two_accounts_the_better_of_each_is_kept()
    {
        var book = StoredPeers.Of([PeerOf(1) with
        {
            FirstSeen = Noon, LastSeen = Noon.AddHours(1), BytesSent = 10, BytesReceived = 1,
            Addresses = [new KnownAddress(Here, Proven: true), new KnownAddress(There)],
            Reputation = new Reputation(5, Noon.AddHours(1), 0, Noon), Ban = new Ban(Noon.AddHours(2), ReputationCause.Operator, 1),
        }]);

        var merged = Import(book, PeerOf(1) with
        {
            FirstSeen = Noon.AddHours(-1), LastSeen = Noon, BytesSent = 5, BytesReceived = 20, Manual = true,
            Addresses = [new KnownAddress(There, Proven: true)],
            Reputation = new Reputation(-50, Noon, 0, Noon), Ban = new Ban(Noon.AddHours(3), ReputationCause.ProtocolViolation, 2),
        }, out var decision).Peers[IdOf(1)];

        (decision.Added, decision.Changed).ShouldBe((0, 1));
        (merged.FirstSeen, merged.LastSeen).ShouldBe((Noon.AddHours(-1), Noon.AddHours(1)));
        (merged.BytesSent, merged.BytesReceived, merged.Manual).ShouldBe((10, 20, true));
        merged.Addresses.ShouldAllBe(a => a.Proven);
        merged.Reputation.Score.ShouldBe(5, "the newer of the two");
        merged.Ban!.Until.ShouldBe(Noon.AddHours(3));
    }

    [Fact]
    public void A_second_time_changes_nothing()
    {
        var peer = PeerOf(1) with { Addresses = [new KnownAddress(Here), new KnownAddress(There, Proven: true)], Manual = true };
        var ban = new RangeBan(IPNetwork.Parse("192.0.2.0/24"), Noon, Noon.AddDays(1), "noise");
        var book = StoredPeers.Of([PeerOf(1) with { Addresses = [new KnownAddress(There)], LastSeen = Noon }]);
        var import = new PeerStoreProtocol.Import(1, [peer, PeerOf(2)], [ban]);

        book = ImportDecisions.Decide(book, import, 10, Noon).Events.Aggregate(book, (b, e) => b.Apply(e));

        book.Ranges[ban.Range].ShouldBe(ban);
        ImportDecisions.Decide(book, import, 10, Noon.AddHours(1)).Events.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_proven_here_to_be_anothers_stays_that_ones()
    {
        var book = StoredPeers.Of([PeerOf(1) with { Addresses = [new KnownAddress(Here, Proven: true)] }]);

        book = Import(book, PeerOf(2) with { Addresses = [new KnownAddress(Here, Proven: true), new KnownAddress(There)] }, out _);

        book.Pins.ShouldBe([KeyValuePair.Create(Here, IdOf(1))]);
        book.Peers[IdOf(2)].Addresses.Select(a => a.Address).ShouldBe([There]);
    }

    [Fact]
    public void Who_only_claimed_what_another_has_proven_elsewhere_claims_it_no_more()
    {
        var book = StoredPeers.Of([PeerOf(1) with { Addresses = [new KnownAddress(Here)] }]);

        book = Import(book, PeerOf(2) with { Addresses = [new KnownAddress(Here, Proven: true)] }, out _);

        book.Peers[IdOf(1)].Addresses.ShouldBeEmpty();
        book.HolderOf(Here).ShouldBe(IdOf(2));
    }

    [Fact]
    public void A_full_store_takes_only_whom_a_person_asked_for_and_counts_the_others()
    {
        var book = StoredPeers.Of([PeerOf(1)]);
        var decision = ImportDecisions.Decide(
            book, new PeerStoreProtocol.Import(1, [PeerOf(1), PeerOf(2), PeerOf(3) with { Manual = true }], []), maxKnownPeers: 1, Noon);

        (decision.Added, decision.LeftOut).ShouldBe((1, 1));
        decision.Events.OfType<PeerStoreEvents.PeerImported>().ShouldHaveSingleItem().Peer.ShouldBe(IdOf(3));
    }

    [Fact]
    public void The_longer_ban_of_a_range_is_kept()
    {
        var range = IPNetwork.Parse("192.0.2.0/24");
        var book = StoredPeers.Of([], RangeBans.None.With(new RangeBan(range, Noon, Noon.AddHours(2))));

        ImportDecisions.Decide(book, new PeerStoreProtocol.Import(1, [], [new RangeBan(range, Noon, Noon.AddHours(1))]), 10, Noon).Events.ShouldBeEmpty();
        ImportDecisions.Decide(book, new PeerStoreProtocol.Import(1, [], [new RangeBan(range, Noon, Noon.AddHours(3))]), 10, Noon).Events.Length.ShouldBe(1);
    }

    private static StoredPeers Import(StoredPeers book, KnownPeer peer, out ImportDecision decision)
    {
        decision = ImportDecisions.Decide(book, new PeerStoreProtocol.Import(1, [peer], []), 10, Noon);
        return decision.Events.Aggregate(book, (b, e) => b.Apply(e));
    }

    private static KnownPeer PeerOf(byte n) => new() { Id = IdOf(n), Key = KeyOf(n), Source = PeerSource.Mdns, FirstSeen = Noon };

    private static PublicKey KeyOf(byte n) => PublicKey.FromBytes(Enumerable.Repeat(n, 32).ToArray());

    private static NodeId IdOf(byte n) => NodeId.Of(KeyOf(n));
}
