using System.Net;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>What a node makes of those that are seen on the local network.</summary>
public sealed class NeighboursSpec : MeshSpec
{
    [Fact]
    public void Who_is_sighted_is_connected_and_both_know_it_from_the_lan()
    {
        var (alice, bob) = StartTwo();

        Sight(alice, bob);
        Sight(bob, alice);

        PeersOf(alice).ShouldHaveSingleItem().Source.ShouldBe(PeerSource.Mdns);
        PeersOf(bob).ShouldHaveSingleItem().Source.ShouldBe(PeerSource.Mdns);
        Next(alice, MeshEventKind.PeerDiscovered).Source.ShouldBe(PeerSource.Mdns);
        Network.LinkCount.ShouldBe(1);
        alice.Disk[bob.Id]!.Manual.ShouldBeFalse();
    }

    [Fact]
    public void Two_that_sight_each_other_at_once_keep_one_connection()
    {
        var (alice, bob) = StartTwo();
        Network.Partition(AlicesHost, BobsHost);
        Sight(alice, bob);
        Sight(bob, alice);
        Network.Heal(AlicesHost, BobsHost);

        Pass(Seconds(30));

        PeersOf(alice).Length.ShouldBe(1);
        PeersOf(bob).Length.ShouldBe(1);
        Network.LinkCount.ShouldBe(1);
    }

    [Fact]
    public void Another_key_than_the_advertised_one_is_a_key_mismatch_and_the_record_is_doubted()
    {
        var (alice, bob) = StartTwo();
        var carol = new Node(Identities.Carol(), BobsHost, new VolatileStore.Disk());

        Sight(alice, carol);

        Next(alice, MeshEventKind.KeyMismatch).PeerId.ShouldBe(carol.Id);
        PeersOf(alice).ShouldBeEmpty();
        PeersOf(bob).ShouldBeEmpty();
        alice.Lan.ExpectMsg<LanDiscoveryProtocol.Verify>().Peer.ShouldBe(carol.Id);
    }

    [Fact]
    public void Who_cannot_be_reached_is_tried_again_until_it_is_gone()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var ghost = new Node(Identities.Bob(), BobsHost, new VolatileStore.Disk());

        Sight(alice, ghost);
        Pass(Seconds(60));
        AllOf(alice.Events).Count(m => m is MeshEvent { Kind: MeshEventKind.DialFailed }).ShouldBeGreaterThan(3);
        alice.Lan.ExpectMsg<LanDiscoveryProtocol.Verify>();

        Tell(alice, new LanDiscoveryProtocol.Gone(ghost.Id));
        Pass(TimeSpan.FromMinutes(30), Seconds(1));
        ExpectNo(alice, MeshEventKind.DialFailed);
    }

    [Fact]
    public void A_connection_lives_on_when_the_sighting_ends()
    {
        var (alice, bob) = StartTwo();
        Sight(alice, bob);

        Tell(alice, new LanDiscoveryProtocol.Gone(bob.Id));
        Pass(Seconds(30));

        PeersOf(alice).Length.ShouldBe(1);
    }

    [Fact]
    public void One_that_died_while_it_is_still_announced_is_dialled_again()
    {
        var (alice, bob) = StartTwo();
        Sight(alice, bob);
        Crash(bob);
        PeersOf(alice).ShouldBeEmpty();

        Start(bob);
        Pass(TimeSpan.FromMinutes(1));

        PeersOf(alice).Length.ShouldBe(1);
    }

    [Fact]
    public void No_more_are_dialled_than_the_node_strives_for_and_a_free_place_is_filled()
    {
        Settings = Settings with { Discovery = Settings.Discovery with { TargetPeers = 2, MaxPeers = 4 } };
        var alice = Start(Identities.Alice(), AlicesHost);
        var others = Enumerable.Range(10, 5)
            .Select(i => Start(NodeIdentity.FromSeed(Enumerable.Repeat((byte)i, 32).ToArray()), IPAddress.Parse($"10.0.0.{i}"))).ToList();

        others.ForEach(o => Sight(alice, o));
        Pass(Seconds(5));
        var connected = PeersOf(alice).Select(p => p.PeerId).ToList();
        connected.Count.ShouldBe(2);

        Crash(others.First(o => o.Id == connected[0]));
        Pass(Seconds(5));
        PeersOf(alice).Length.ShouldBe(2);
    }

    [Fact]
    public void Who_was_removed_or_banned_is_not_dialled_because_it_is_near_until_its_time_is_over()
    {
        var (alice, bob) = StartTwo();
        Sight(alice, bob);
        Remove(alice, bob.Id);

        Sight(alice, bob);
        Pass(TimeSpan.FromMinutes(9), Seconds(1));
        PeersOf(alice).ShouldBeEmpty();
        Pass(TimeSpan.FromMinutes(3), Seconds(1));

        PeersOf(alice).Length.ShouldBe(1);
    }

    [Fact]
    public void A_manual_peer_is_found_where_it_is_now()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        Crash(bob);
        var moved = new Node(bob.Identity, IPAddress.Parse("10.0.0.77"), bob.Disk);
        Start(moved);

        Sight(alice, moved);
        Pass(TimeSpan.FromMinutes(1));

        PeersOf(alice).ShouldHaveSingleItem().Address.ShouldBe(moved.Address);
    }

    [Fact]
    public void Who_says_what_cannot_be_is_rejected_with_a_reason()
    {
        var alice = Start(Identities.Alice(), AlicesHost);

        Tell(alice, new LanDiscoveryProtocol.Disbelieved(PeerAddress.Parse("10.0.0.9:1"), Reason.ProtocolError, "No."));

        var rejected = Next(alice, MeshEventKind.PeerRejected);
        (rejected.Reason, rejected.Detail).ShouldBe((Reason.ProtocolError, "No."));
    }

    private (Node Alice, Node Bob) StartTwo() => (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
}
