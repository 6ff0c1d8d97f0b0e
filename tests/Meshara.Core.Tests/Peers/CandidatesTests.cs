using System.Collections.Immutable;
using CsCheck;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class CandidatesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
    private static readonly Candidates Policy = new(new ReputationPolicy(), Backoff);

    [Fact]
    public void In_a_small_mesh_everybody_is_found() =>
        Choose(Known(20, n => $"10.0.0.{n}:1"), 50).Length.ShouldBe(20);

    [Fact]
    public void Of_one_network_group_at_most_two_are_dialled()
    {
        Choose(Known(20, n => $"5.5.{n}.1:1"), 50).Length.ShouldBe(2);
        Choose(Known(20, n => $"5.5.{n}.1:1"), 50, outbound: ["5.5.99.1:1"]).Length.ShouldBe(1);
        Choose(Known(20, n => $"5.{n / 4}.{n}.1:1"), 50).Length.ShouldBe(10);
    }

    [Fact]
    public void A_banned_address_is_not_dialled_and_another_of_the_same_peer_is()
    {
        var peer = Known(1, n => "5.5.5.5:1").Single();
        var banning = Policy with { Ranges = RangeBans.None.With(new RangeBan(AddressRange.Parse("5.5.0.0/16"), Now, Now.AddHours(1))) };

        banning.DialableAt(peer, Now).ShouldBeNull();
        banning.DialableAt(peer, Now.AddHours(1)).ShouldNotBeNull();
        banning.DialableAt(peer with { Addresses = peer.Addresses.Add(new KnownAddress(PeerAddress.Parse("6.6.6.6:1"))) }, Now)!
            .Address.ShouldBe(PeerAddress.Parse("6.6.6.6:1"));
    }

    [Fact]
    public void Anchors_go_first()
    {
        var known = Known(20, n => $"5.{n}.1.1:1", proven: n => n % 2 == 0);

        Choose(known, 2, anchors: [IdOf(4), IdOf(8)]).Select(c => c.Peer).ShouldBe([IdOf(4), IdOf(8)], ignoreOrder: true);
    }

    [Fact]
    public void Groups_that_are_not_connected_yet_go_first()
    {
        var known = Known(10, n => $"5.{n}.1.1:1");

        Choose(known, 9, outbound: ["5.3.9.9:1"]).Select(c => c.Peer).ShouldNotContain(IdOf(3));
    }

    [Fact]
    public void A_better_score_goes_first()
    {
        var known = Known(10, n => $"5.{n}.1.1:1")
            .Select(p => p.Id == IdOf(6) ? p with { Reputation = p.Reputation.After(ReputationCause.MessageDelivered, Now, new ReputationPolicy { GainPerMinute = 100 }, 500) } : p);

        Choose(known, 1).ShouldHaveSingleItem().Peer.ShouldBe(IdOf(6));
    }

    [Fact]
    public void Both_the_proven_and_the_heard_of_are_dialled()
    {
        var known = Known(40, n => $"5.{n}.1.1:1", proven: n => n < 20);

        Choose(known, 16).Count(c => int.Parse(c.Address.ToString().Split('.')[1]) < 20).ShouldBeInRange(3, 13);
    }

    [Fact]
    public void Who_is_kept_out_is_never_offered_whatever_is_known() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 6], Gen.Bool, Gen.Int[0, 30]).Array[0, 80].Select(Gen.Int[0, 20]).Sample((peers, count) =>
        {
            var known = peers.Select((p, n) => Peer(n, $"5.{p.Item4}.{n}.1:1", p.Item3) with
            {
                Ban = p.Item1 == 1 ? new Ban(Now.AddSeconds(1), ReputationCause.Operator, 1) : null,
                RemovedUntil = p.Item1 == 2 ? Now.AddSeconds(1) : null,
                Reputation = p.Item1 == 3 ? new Reputation(-21, Now, 0, Now) : Reputation.New,
                Addresses = [new KnownAddress(PeerAddress.Parse($"5.{p.Item4}.{n}.1:1"), p.Item3, Now.AddSeconds(-1), Reason.Refused, p.Item2)],
            }).ToList();
            var chosen = Choose(known, count, taken: n => n % 7 == 0);

            chosen.Length.ShouldBeLessThanOrEqualTo(count);
            chosen.Select(c => c.Peer).ShouldBeUnique();
            chosen.GroupBy(c => NetworkGroup.Of(c.Address)).ShouldAllBe(g => g.Count() <= Candidates.MaxOutboundPerGroup);
            foreach (var candidate in chosen)
            {
                var peer = known.Single(p => p.Id == candidate.Peer);
                Policy.IsWelcome(peer, Now).ShouldBeTrue();
                (known.IndexOf(peer) % 7 != 0).ShouldBeTrue();
                (Policy.NextTry(peer.Addresses[0]) > Now).ShouldBeFalse();
            }
        });

    [Fact]
    public void A_failed_address_waits_longer_after_each_failure_and_no_longer_than_the_longest_wait()
    {
        var address = new KnownAddress(PeerAddress.Parse("5.5.5.5:1"), LastTry: Now, LastFailure: Reason.Refused);

        Policy.NextTry(address).ShouldBeNull();
        for (var failures = 1; failures < 40; failures++)
        {
            var next = Policy.NextTry(address with { Failures = failures })!.Value - Now;
            var bound = TimeSpan.FromSeconds(Math.Min(600, Math.Pow(2, failures - 1)));
            next.ShouldBeInRange(bound / 2, bound);
            Policy.NextTry(address with { Failures = failures }).ShouldBe(Now + next);
        }
    }

    [Fact]
    public void What_failed_before_this_node_came_back_is_not_waited_for()
    {
        var address = new KnownAddress(PeerAddress.Parse("5.5.5.5:1"), LastTry: Now, LastFailure: Reason.Refused, Failures: 9);

        (Policy with { BackSince = Now.AddSeconds(1) }).NextTry(address).ShouldBeNull();
        (Policy with { BackSince = Now.AddSeconds(-1) }).NextTry(address).ShouldNotBeNull();
    }

    [Fact]
    public void With_ten_thousand_known_some_are_drawn_from_the_address_book()
    {
        var known = Known(10_000, n => $"{5 + (n / 50_000)}.{n / 200}.{n % 200}.1:1", proven: n => n % 2 == 0).ToList();
        var book = new AddressBook(new byte[] { 1 });
        known.ForEach(p => book.Prove(p.Id, p.Addresses[0].Address));

        var chosen = Policy.Choose(
            known.ToDictionary(p => p.Id), book, [], _ => false, [], 8, Now, new Random(5));

        chosen.Count.ShouldBe(8);
    }

    [Fact]
    public void Anchors_are_the_last_good_ones()
    {
        var known = Known(6, n => $"5.{n}.1.1:1", proven: n => n != 5).Select((p, n) => p with { LastSeen = Now.AddMinutes(n) }).ToList();
        known[4] = known[4] with { Addresses = [known[4].Addresses[0] with { Failures = 1 }] };

        Candidates.AnchorsOf(known).ShouldBe([IdOf(3), IdOf(2)]);
    }

    private static ImmutableArray<Candidate> Choose(
        IEnumerable<KnownPeer> known, int count, NodeId[]? anchors = null, string[]? outbound = null, Func<int, bool>? taken = null)
    {
        var ids = known.Select((p, n) => (p.Id, n)).ToDictionary(p => p.Id, p => p.n);
        return [.. Policy.Choose(
            known.ToDictionary(p => p.Id), new AddressBook(new byte[] { 1 }), anchors ?? [], id => taken?.Invoke(ids[id]) == true,
            (outbound ?? []).Select(a => NetworkGroup.Of(PeerAddress.Parse(a))), count, Now, new Random(5))];
    }

    private static IEnumerable<KnownPeer> Known(int count, Func<int, string> address, Func<int, bool>? proven = null) =>
        Enumerable.Range(0, count).Select(n => Peer(n, address(n), proven?.Invoke(n) ?? true));

    private static KnownPeer Peer(int n, string address, bool proven) => new()
    {
        Id = IdOf(n), Key = PublicKey.FromBytes(new byte[32]), Source = PeerSource.Exchange, FirstSeen = Now,
        Addresses = [new KnownAddress(PeerAddress.Parse(address), proven)],
    };

    private static NodeId IdOf(int n) => NodeId.FromBytes([.. Enumerable.Repeat((byte)0, 28), .. BitConverter.GetBytes(n)]);
}
