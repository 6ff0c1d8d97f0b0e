using System.Net;
using Akka.Actor;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>Who is connected with whom, and who no longer.</summary>
public sealed class MeshSupervisorSpec : MeshSpec
{
    private static readonly IPAddress CarolsHost = IPAddress.Parse("10.0.0.3");

    [Fact]
    public void Two_nodes_connect_when_a_person_adds_one_to_the_other()
    {
        var (alice, bob) = StartTwo();

        Add(alice, bob).Peer.PeerId.ShouldBe(bob.Id);

        PeersOf(alice).ShouldHaveSingleItem().Direction.ShouldBe(Direction.Outbound);
        PeersOf(bob).ShouldHaveSingleItem().Direction.ShouldBe(Direction.Inbound);
        alice.Disk[bob.Id]!.Manual.ShouldBeTrue();
        bob.Disk[alice.Id]!.Manual.ShouldBeFalse();
        Next(bob, MeshEventKind.PeerDiscovered).PeerId.ShouldBe(alice.Id);
        Next(bob, MeshEventKind.PeerConnected).Source.ShouldBe(PeerSource.Inbound);
    }

    [Fact]
    public void To_add_a_peer_that_is_connected_already_dials_it_no_second_time()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob).WasConnected.ShouldBeFalse();

        Add(alice, bob).WasConnected.ShouldBeTrue();

        PeersOf(bob).Length.ShouldBe(1);
        Next(bob, MeshEventKind.PeerConnected);
        ExpectNo(bob, MeshEventKind.PeerConnected);
    }

    [Fact]
    public void A_failed_addition_changes_nothing()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Tell(alice, new MeshProtocol.Add(new PeerTarget(PeerAddress.Parse("10.0.0.9:1"), null)));

        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.Refused);

        Next(alice, MeshEventKind.DialFailed).Reason.ShouldBe(Reason.Refused);
        Pass(Seconds(60), Seconds(1));
        ExpectNo(alice, MeshEventKind.DialFailed);
        alice.Disk.Book.Peers.ShouldBeEmpty();
    }

    [Fact]
    public void Nodes_that_dial_each_other_keep_one_connection_and_the_same_one()
    {
        // The dials cross: each has begun its own before it hears of the other's.
        var alice = new Node(Identities.Alice(), AlicesHost, new VolatileStore.Disk());
        var bob = new Node(Identities.Bob(), BobsHost, new VolatileStore.Disk());
        Network.Partition(AlicesHost, BobsHost);
        Start(alice, bob);
        Start(bob, alice);
        Network.Heal(AlicesHost, BobsHost);

        Pass(Seconds(60));

        var atAlice = PeersOf(alice).ShouldHaveSingleItem();
        var atBob = PeersOf(bob).ShouldHaveSingleItem();
        atAlice.Direction.ShouldNotBe(atBob.Direction);
        Network.LinkCount.ShouldBe(1);

        // Messages go over the one that was kept.
        alice.Outboxes[bob.Id]!.Send(Outbound.Of("chat", new byte[1])).ShouldBe(SendResult.Queued);
        bob.Outboxes[alice.Id]!.Send(Outbound.Of("chat", new byte[1])).ShouldBe(SendResult.Queued);
        Crash(bob);
        Pass(Seconds(60));
        alice.Outboxes[bob.Id].ShouldBeNull();
    }

    [Fact]
    public void A_peer_that_was_killed_is_found_again_when_it_is_back()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);

        Crash(bob);
        Next(alice, MeshEventKind.PeerDisconnected).Reason.ShouldBe(Reason.ConnectionLost);
        Pass(Seconds(5));
        PeersOf(alice).ShouldBeEmpty();
        Start(bob);
        Pass(TimeSpan.FromMinutes(1));

        PeersOf(alice).ShouldHaveSingleItem().PeerId.ShouldBe(bob.Id);
    }

    [Fact]
    public void A_manual_peer_is_dialled_for_ever_ever_more_seldom_and_at_least_every_ten_minutes()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        Crash(bob);

        Pass(TimeSpan.FromHours(2), Seconds(1));
        var first = FailedDials(alice);
        Pass(TimeSpan.FromHours(2), Seconds(1));
        var later = FailedDials(alice);

        // Full jitter: a wait is anything up to its bound, 5 minutes in the mean.
        later.ShouldBeInRange(12, 60);
        first.ShouldBeGreaterThan(later - 10);
        Start(bob);
        Pass(TimeSpan.FromMinutes(10), Seconds(1));
        PeersOf(alice).Length.ShouldBe(1);
    }

    [Fact]
    public void Both_sides_of_a_cut_notice_and_connect_again_when_it_heals()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);

        Network.Partition(AlicesHost, BobsHost);
        Pass(Seconds(41));
        PeersOf(alice).ShouldBeEmpty();
        PeersOf(bob).ShouldBeEmpty();
        Next(bob, MeshEventKind.PeerDisconnected).Reason.ShouldBe(Reason.HeartbeatTimeout);
        Network.Heal(AlicesHost, BobsHost);
        Pass(TimeSpan.FromMinutes(2));

        PeersOf(alice).Length.ShouldBe(1);
        PeersOf(bob).Length.ShouldBe(1);
    }

    [Fact]
    public void A_node_knows_its_peers_after_a_restart_and_dials_the_manual_ones()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        Crash(alice);

        Start(alice);
        Pass(Seconds(1));

        PeersOf(alice).ShouldHaveSingleItem().Source.ShouldBe(PeerSource.Manual);
    }

    [Fact]
    public void A_removed_peer_is_told_and_kept_out_until_its_time_is_over()
    {
        var (alice, bob) = StartTwo();
        Add(bob, alice);

        Remove(alice, bob.Id);

        var left = Next(bob, MeshEventKind.PeerDisconnected);
        left.Reason.ShouldBe(Reason.RemovedByOperator);
        PeersOf(alice).ShouldBeEmpty();
        Tell(bob, new MeshProtocol.Add(new PeerTarget(alice.Address, null)));
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.RemovedByOperator);
        Next(alice, MeshEventKind.PeerRejected).Reason.ShouldBe(Reason.RemovedByOperator);

        // Bob, for whom Alice is a manual peer, honours the goodbye and comes back when the time is over.
        Pass(TimeSpan.FromMinutes(9), Seconds(1));
        ExpectNo(alice, MeshEventKind.PeerRejected);
        Pass(TimeSpan.FromMinutes(3), Seconds(1));
        PeersOf(alice).Length.ShouldBe(1);
    }

    [Fact]
    public void A_removed_peer_that_is_added_again_is_in_at_once()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        Remove(alice, bob.Id);

        Add(alice, bob).WasConnected.ShouldBeFalse();

        PeersOf(alice).Length.ShouldBe(1);
        PeersOf(bob).Length.ShouldBe(1);
    }

    [Fact]
    public void Who_breaks_the_protocol_is_banned_and_stays_out()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var far = Join(alice, Identities.Carol(), CarolsHost);

        far.SayBytes([0, 0, 0, 3, 0xff, 0xff, 0xff]);

        far.HearGoodbye().ShouldBe(Reason.ProtocolError);
        Next(alice, MeshEventKind.PeerBanned).PeerId.ShouldBe(Identities.Carol().Id);
        Greet(alice, Identities.Carol(), CarolsHost).HearGoodbye().ShouldBe(Reason.Banned);
        alice.Disk[Identities.Carol().Id]!.Ban!.Until.ShouldBe(Scheduler.Now + TimeSpan.FromHours(1), Seconds(1));
    }

    [Fact]
    public void A_person_who_adds_a_banned_peer_lifts_the_ban()
    {
        var (alice, bob) = StartTwo();
        Join(alice, Identities.Bob(), BobsHost).SayBytes([0, 0, 0, 3, 0xff, 0xff, 0xff]);
        Next(alice, MeshEventKind.PeerBanned);

        Add(alice, bob);

        Next(alice, MeshEventKind.PeerUnbanned).PeerId.ShouldBe(bob.Id);
        alice.Disk[bob.Id]!.Ban.ShouldBeNull();
    }

    [Fact]
    public void A_configured_address_is_not_dialled_when_the_peer_that_a_person_found_there_is_banned()
    {
        var alice = Start(Identities.Alice(), AlicesHost, new Node(Identities.Bob(), BobsHost, new VolatileStore.Disk()));
        Pass(Seconds(2));
        var bob = Start(Identities.Bob(), BobsHost);
        Add(alice, bob);

        Tell(alice, new BanProtocol.Ban(bob.Id, TimeSpan.FromDays(1), null));
        ExpectMsg<BanInfo>();
        Next(alice, MeshEventKind.PeerBanned).PeerId.ShouldBe(bob.Id);
        Pass(TimeSpan.FromHours(1), Seconds(30));

        ExpectNo(alice, MeshEventKind.DialFailed);
        PeersOf(alice).ShouldBeEmpty();
    }

    [Fact]
    public void A_manual_peer_is_not_banned_for_what_it_does()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var bob = Start(Identities.Bob(), BobsHost);
        Add(alice, bob);
        Crash(bob);
        var far = Join(alice, Identities.Bob(), BobsHost);

        far.SayBytes([0, 0, 0, 3, 0xff, 0xff, 0xff]);

        far.HearGoodbye().ShouldBe(Reason.ProtocolError);
        alice.Disk[bob.Id]!.Ban.ShouldBeNull();
    }

    [Fact]
    public void Strangers_share_the_slots_and_a_person_needs_none()
    {
        Settings = Settings with { Discovery = Settings.Discovery with { MaxPeers = 1, TargetPeers = 1 } };
        var (alice, bob) = StartTwo();
        Join(alice, Identities.Carol(), CarolsHost);

        Greet(alice, Identities.Bob(), BobsHost).HearGoodbye().ShouldBe(Reason.NoSlot);
        Add(alice, bob).Peer.PeerId.ShouldBe(bob.Id);

        PeersOf(alice).Length.ShouldBe(2);
        StatusOf(alice).Rejections[Reason.NoSlot].ShouldBe(1);
    }

    [Fact]
    public void A_peer_that_was_reborn_takes_the_place_of_its_former_connection()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Join(alice, Identities.Carol(), CarolsHost);

        Join(alice, Identities.Carol(), CarolsHost);

        PeersOf(alice).Length.ShouldBe(1);
        Next(alice, MeshEventKind.PeerDisconnected).Reason.ShouldBe(Reason.Duplicate);
    }

    [Fact]
    public void A_node_does_not_connect_to_itself_nor_reject_itself()
    {
        var alice = Start(Identities.Alice(), AlicesHost);

        Tell(alice, new MeshProtocol.Add(new PeerTarget(alice.Address, null)));

        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.SelfConnection);
        StatusOf(alice).Rejections.ShouldBeEmpty();
    }

    private (Node Alice, Node Bob) StartTwo() => (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));

    private static int FailedDials(Node node) => AllOf(node.Events)
        .Count(m => m is MeshEvent { Kind: MeshEventKind.DialFailed });
}
