using CsCheck;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class EvictionTests
{
    private const int MaxPeers = 32;

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly byte[] Secret = [7];

    private static readonly Gen<Evictable> Peer = Gen.Select(Gen.Int[1, 1000], Gen.Int[1, 9], Gen.Int[0, 100_000], Gen.Int[1, 500], Gen.Double[-19, 100], (c, g, s, r, score) =>
        new Evictable(c, IdOf(c), GroupOf(g), Now.AddSeconds(-s), r < 50 ? null : TimeSpan.FromMilliseconds(r), score));

    [Fact]
    public void A_flood_from_one_network_pushes_out_itself_and_none_of_those_who_were_there()
    {
        var honest = Enumerable.Range(1, 12).Select(n => Inbound(n, n, minutes: 60)).ToList();
        var flood = Enumerable.Range(100, 12).Select(n => Inbound(n, 99, minutes: 0)).ToList();

        var victim = Eviction.Choose([.. honest, .. flood], GroupOf(50), MaxPeers, Secret, Now);

        flood.Select(f => (long?)f.Connection).ShouldContain(victim);
    }

    [Fact]
    public void Newcomers_of_the_crowded_network_do_not_chase_each_other()
    {
        var flood = Enumerable.Range(100, 24).Select(n => Inbound(n, 99, minutes: 0)).ToList();

        Eviction.Choose(flood, GroupOf(99), MaxPeers, Secret, Now).ShouldBeNull();
        Eviction.Choose(flood, GroupOf(1), MaxPeers, Secret, Now).ShouldNotBeNull();
    }

    [Fact]
    public void On_a_local_network_a_newcomer_takes_the_place_of_one_who_had_time_to_ask_for_others()
    {
        var lan = Enumerable.Range(1, 24).Select(n => Inbound(n, 1, minutes: 0) with { Group = NetworkGroup.Local }).ToList();

        Eviction.Choose(lan, NetworkGroup.Local, MaxPeers, Secret, Now).ShouldBeNull();
        Eviction.Choose(lan, NetworkGroup.Local, MaxPeers, Secret, Now + Eviction.VisitLength).ShouldNotBeNull();
    }

    [Fact]
    public void The_nearest_the_best_and_the_oldest_stay()
    {
        var crowd = Enumerable.Range(100, 20).Select(n => Inbound(n, 99, minutes: 1)).ToList();
        var near = Inbound(1, 99, minutes: 0) with { RoundTripTime = TimeSpan.FromMilliseconds(1) };
        var good = Inbound(2, 99, minutes: 0) with { Score = 50 };
        var old = Inbound(3, 99, minutes: 600);
        var left = new List<Evictable>([.. crowd, near, good, old]);

        while (Eviction.Choose(left, GroupOf(1), MaxPeers, Secret, Now) is { } victim)
        {
            victim.ShouldNotBeOneOf([near.Connection, good.Connection, old.Connection]);
            left.RemoveAll(e => e.Connection == victim);
        }
    }

    [Fact]
    public void Who_goes_is_one_of_them_and_always_the_same_whatever_their_order() => Peer.Array[0, 40].Select(Gen.Int[0, 10]).Sample((peers, newcomer) =>
    {
        var inbound = peers.DistinctBy(p => p.Connection).ToList();
        var victim = Eviction.Choose(inbound, GroupOf(newcomer), MaxPeers, Secret, Now);
        victim.ShouldBe(Eviction.Choose([.. inbound.AsEnumerable().Reverse()], GroupOf(newcomer), MaxPeers, Secret, Now));
        if (victim is { } gone)
        {
            var group = inbound.Single(e => e.Connection == gone).Group;
            inbound.Count(e => e.Group == group).ShouldBeGreaterThan(inbound.Count(e => e.Group == GroupOf(newcomer)));
        }
    });

    private static Evictable Inbound(int n, int group, int minutes) =>
        new(n, IdOf(n), GroupOf(group), Now.AddMinutes(-minutes), TimeSpan.FromMilliseconds(100 + n), 0);

    private static NetworkGroup GroupOf(int n) => NetworkGroup.Of(PeerAddress.Parse($"5.{n}.1.1:1"));

    private static NodeId IdOf(int n) => NodeId.FromBytes([.. Enumerable.Repeat((byte)0, 28), .. BitConverter.GetBytes(n)]);
}
