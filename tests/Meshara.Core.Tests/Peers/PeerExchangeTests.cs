using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class PeerExchangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly NodeIdentity[] Nodes = [.. Enumerable.Range(0, 400).Select(_ => NodeIdentity.Create())];
    private static readonly NodeId Asker = NodeIdentity.Create().Id;
    private static readonly ReputationPolicy Policy = new();
    private static readonly byte[] Secret = [1, 2, 3];

    [Fact]
    public void One_asker_gets_at_most_64_records_and_the_same_ones_all_day()
    {
        var known = Known(400, i => $"5.{i / 250}.{i % 250}.1:7373");

        var first = Sample(known, "8.8.8.8:1", Now);
        first.Length.ShouldBe(64);
        Sample(known, "8.8.8.8:1", Now + TimeSpan.FromMinutes(30)).ShouldBe(first);
    }

    [Fact]
    public void A_day_of_asking_reads_out_no_more_than_the_share_of_the_table()
    {
        var known = Known(400, i => $"5.{i / 250}.{i % 250}.1:7373");
        var seen = new HashSet<ulong>();
        for (var i = 0; i < 400; i += 7)
        {
            // Others have been seen lately each time.
            var online = known.Select((p, at) => p with { LastSeen = (at + i) % 3 == 0 ? Now : Now - TimeSpan.FromDays(1) });
            seen.UnionWith(Sample(online, "8.8.8.8:1", Now).Select(r => r.Sequence));
        }

        seen.Count.ShouldBeInRange(64, (int)(400 * PeerExchange.MaxShare));
    }

    [Fact]
    public void Askers_of_one_network_learn_no_more_than_one_of_them()
    {
        var known = Known(400, i => $"5.{i / 250}.{i % 250}.1:7373");

        var one = Sample(known, "8.8.8.8:1", Now);
        PeerExchange.Sample(known, NodeIdentity.Create().Id, PeerAddress.Parse("8.8.99.1:5"), Secret, Policy, Now).ShouldBe(one);
        Sample(known, "9.8.8.8:1", Now).ShouldNotBe(one);
        Sample(known, "8.8.8.8:1", Now + TimeSpan.FromDays(1)).ShouldNotBe(one);
    }

    [Fact]
    public void A_small_mesh_is_told_of_whole() => Sample(Known(20, i => $"5.1.{i}.1:7373"), "8.8.8.8:1", Now).Length.ShouldBe(20);

    [Theory]
    [InlineData("10.0.0.1:7373", "8.8.8.8:1", false)]
    [InlineData("10.0.0.1:7373", "10.0.0.9:1", true)]
    [InlineData("10.0.0.1:7373", "127.0.0.1:1", true)]
    [InlineData("127.0.0.1:7373", "10.0.0.9:1", false)]
    [InlineData("127.0.0.1:7373", "127.0.0.1:1", true)]
    [InlineData("5.1.1.1:7373", "8.8.8.8:1", true)]
    [InlineData("5.1.1.1:7373", "10.0.0.9:1", true)]
    public void No_address_crosses_to_another_reach(string address, string asker, bool told)
    {
        Sample(Known(1, _ => address), asker, Now).Length.ShouldBe(told ? 1 : 0);

        var record = RecordOf(0, address, Now);
        var (addresses, flaw) = PeerExchange.Judge(record, "net", AddressReach.Of(PeerAddress.Parse(asker)), Asker, [], Now);
        (addresses.Length, flaw).ShouldBe(told ? (1, (RecordFlaw?)null) : (0, RecordFlaw.NoAddress));
    }

    [Fact]
    public void Nobody_is_told_of_those_who_are_kept_out_or_were_not_seen_for_long()
    {
        var peer = Known(1, _ => "5.1.1.1:7373")[0];
        KnownPeer[] unfit =
        [
            peer with { LastSeen = null },
            peer with { LastSeen = Now - PeerExchange.ProvenWithin - TimeSpan.FromSeconds(1) },
            peer with { Ban = new Ban(Now + TimeSpan.FromHours(1), ReputationCause.Operator, 1) },
            peer with { RemovedUntil = Now + TimeSpan.FromHours(1) },
            peer with { Reputation = Reputation.New.After(ReputationCause.VerificationFailed, Now, Policy, 2) },
            peer with { Record = null },
            peer with { Record = Signed(RecordOf(0, "5.1.1.1:1", Now - PeerExchange.MaxAge - TimeSpan.FromSeconds(1)), 0) },
        ];

        unfit.ShouldAllBe(p => Sample(new[] { p }, "8.8.8.8:1", Now).IsEmpty);
        PeerExchange.Sample([peer], peer.Id, PeerAddress.Parse("8.8.8.8:1"), Secret, Policy, Now).ShouldBeEmpty();
    }

    [Fact]
    public void A_record_that_cannot_be_of_use_is_named()
    {
        FlawOf(RecordOf(0, "5.1.1.1:1", Now)).ShouldBeNull();
        FlawOf(RecordOf(0, "5.1.1.1:1", Now) with { Network = "other" }).ShouldBe(RecordFlaw.OtherNetwork);
        FlawOf(RecordOf(0, "5.1.1.1:1", Now - PeerExchange.MaxAge - TimeSpan.FromSeconds(1))).ShouldBe(RecordFlaw.Expired);
        FlawOf(RecordOf(0, "5.1.1.1:1", Now + PeerExchange.MaxSkew + TimeSpan.FromSeconds(1))).ShouldBe(RecordFlaw.FromTheFuture);
        FlawOf(RecordOf(0, "5.1.1.1:1", Now) with { Sequence = ulong.MaxValue }).ShouldBe(RecordFlaw.FromTheFuture);
        FlawOf(RecordOf(0, "5.1.1.1:1", Now) with { Sequence = 0 }).ShouldBe(RecordFlaw.Expired);
        FlawOf(RecordOf(0, "127.0.0.1:1", Now)).ShouldBe(RecordFlaw.NoAddress);
        FlawOf(RecordOf(0, "224.0.0.251:5353", Now)).ShouldBe(RecordFlaw.NoAddress);
        FlawOf(RecordOf(0, "[fe80::1]:7373", Now)).ShouldBe(RecordFlaw.NoAddress);
        FlawOf(RecordOf(0, "victim.example:80", Now)).ShouldBe(RecordFlaw.NoAddress);
        FlawOf(RecordOf(0, "6.6.6.6:7373", Now)).ShouldBe(RecordFlaw.NoAddress);
        PeerExchange.Judge(RecordOf(0, "5.1.1.1:1", Now), "net", Reach.Global, Nodes[0].Id, [], Now).Flaw.ShouldBe(RecordFlaw.Own);
    }

    private static RecordFlaw? FlawOf(PeerRecord record) =>
        PeerExchange.Judge(record, "net", Reach.Global, Asker, [PeerAddress.Parse("6.6.6.6:7373")], Now).Flaw;

    private static ImmutableArray<SignedRecord> Sample(IEnumerable<KnownPeer> known, string asker, DateTimeOffset now) =>
        PeerExchange.Sample(known, Asker, PeerAddress.Parse(asker), Secret, Policy, now);

    private static PeerRecord RecordOf(int node, string address, DateTimeOffset at) =>
        new(Nodes[node].PublicKey, (ulong)at.ToUnixTimeMilliseconds(), [PeerAddress.Parse(address)], []) { Network = "net" };

    /// <summary>Peers that were seen a moment ago. A record's sequence tells them apart.</summary>
    private static ImmutableArray<KnownPeer> Known(int count, Func<int, string> address) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var record = RecordOf(i, address(i), Now - TimeSpan.FromSeconds(i));
        return new KnownPeer
        {
            Id = Nodes[i].Id, Key = Nodes[i].PublicKey, Source = PeerSource.Inbound, FirstSeen = Now, LastSeen = Now,
            Record = Signed(record, i),
        };
    })];

    private static SignedRecord Signed(PeerRecord record, int node) => new(record, record.Sign(Nodes[node]));
}
