using Akka.Actor;
using Meshara.Actors.Peers;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers;

/// <summary>How a node starts, lives through a failure of its store, and stops.</summary>
public sealed class NodeLifeSpec : MeshSpec
{
    [Fact]
    public void A_node_whose_store_cannot_be_read_does_not_start()
    {
        var alice = new Node(Identities.Alice(), AlicesHost, new VolatileStore.Disk { Cause = "could not be read: it is damaged" });
        Launch(alice);
        Watch(alice.Supervisor);

        Tell(alice, new MeshProtocol.WhenReady());

        ExpectMsg<MeshProtocol.StartFailed>().Message.ShouldBe("The peer store in /memory could not be read: it is damaged. See: meshara store check");
        ExpectTerminated(alice.Supervisor);
        alice.IsReleased.ShouldBeTrue();
    }

    [Fact]
    public void Without_its_store_a_node_keeps_its_connections_says_so_and_refuses_what_could_be_lost()
    {
        var (alice, bob) = (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
        Add(alice, bob);

        StoreOf(alice).Tell("could not be written: the disk is full");

        Next(alice, MeshEventKind.HealthChanged).Detail!.ShouldContain("the disk is full");
        StatusOf(alice).Problems.ShouldHaveSingleItem();
        PeersOf(alice).Length.ShouldBe(1);
        Tell(alice, new MeshProtocol.Remove(bob.Id));
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.StoreUnavailable);
        PeersOf(alice).Length.ShouldBe(1);

        StoreOf(alice).Tell("");
        Next(alice, MeshEventKind.HealthChanged).Detail.ShouldBe("healthy");
        Remove(alice, bob.Id);
    }

    [Fact]
    public void An_addition_that_the_store_cannot_keep_lets_nobody_in()
    {
        var (alice, bob) = (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
        StoreOf(alice).Tell("could not be written: the disk is full");

        Tell(alice, new MeshProtocol.Add(new PeerTarget(bob.Address, null)));

        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.StoreUnavailable);
        PeersOf(alice).ShouldBeEmpty();
        Next(bob, MeshEventKind.PeerDisconnected).Reason.ShouldBe(Reason.StoreUnavailable);
    }

    [Fact]
    public void A_configured_peer_is_protected_also_where_the_store_cannot_keep_it()
    {
        var bob = new Node(Identities.Bob(), BobsHost, new VolatileStore.Disk());
        var alice = Start(Identities.Alice(), AlicesHost, bob);
        Join(alice, Identities.Bob(), BobsHost).Close();
        StoreOf(alice).Tell("could not be written: the disk is full");

        Start(bob);
        Pass(Seconds(20));

        alice.Disk[bob.Id]!.Manual.ShouldBeFalse();
        PeersOf(alice).ShouldHaveSingleItem().Protected.ShouldBeTrue();
    }

    [Fact]
    public void A_configured_peer_is_connected_whatever_its_score_also_where_the_store_cannot_keep_it()
    {
        var bob = new Node(Identities.Bob(), BobsHost, new VolatileStore.Disk());
        var alice = Start(Identities.Alice(), AlicesHost, bob);
        var low = Join(alice, Identities.Bob(), BobsHost);
        for (var n = 0; n < 8 && PeersOf(alice).Length > 0; n++)
        {
            low.Say(new Envelope { Peers = new Core.Wire.Peers() });
        }

        low.HearGoodbye().ShouldBe(Reason.LowReputation);
        low.Close();
        StoreOf(alice).Tell("could not be written: the disk is full");

        Start(bob);
        Pass(Seconds(20));

        PeersOf(alice).ShouldHaveSingleItem().Reputation.ShouldBeLessThan(Settings.Reputation.DisconnectBelow);
    }

    [Fact]
    public void A_node_that_stops_says_goodbye_flushes_its_store_and_leaves_nothing()
    {
        var (alice, bob) = (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
        Add(alice, bob);
        Watch(alice.Supervisor);

        Tell(alice, new MeshProtocol.Stop());

        Next(bob, MeshEventKind.PeerDisconnected).Reason.ShouldBe(Reason.ShuttingDown);
        Next(alice, MeshEventKind.Stopped);
        ExpectTerminated(alice.Supervisor);
        alice.IsReleased.ShouldBeTrue();
        Network.LinkCount.ShouldBe(0);
    }

    [Fact]
    public void A_node_that_stops_during_a_handshake_does_not_wait_for_its_deadline()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var silent = Knock(alice, Identities.Bob(), BobsHost);
        Watch(alice.Supervisor);

        Tell(alice, new MeshProtocol.Stop());
        silent.HearGoodbye().ShouldBe(Reason.ShuttingDown);
        silent.Close();

        ExpectTerminated(alice.Supervisor);
    }

    [Fact]
    public void A_peer_that_ignores_the_goodbye_holds_a_stop_up_for_a_moment_only()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Join(alice, Identities.Bob(), BobsHost);
        Watch(alice.Supervisor);

        Tell(alice, new MeshProtocol.Stop());
        ExpectNoMsg(TimeSpan.Zero);
        Pass(Seconds(1));

        ExpectTerminated(alice.Supervisor);
    }

    [Fact]
    public void A_connection_that_fails_by_a_bug_of_ours_leaves_its_place_free()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Join(alice, Identities.Bob(), BobsHost);

        Sys.ActorSelection(alice.Supervisor.Path / "peer-1").Tell(Kill.Instance);

        Next(alice, MeshEventKind.PeerDisconnected).PeerId.ShouldBe(Identities.Bob().Id);
        PeersOf(alice).ShouldBeEmpty();
        Join(alice, Identities.Bob(), BobsHost);
        PeersOf(alice).Length.ShouldBe(1);
    }

    [Fact]
    public void Two_nodes_in_one_actor_system_know_nothing_of_each_other()
    {
        var (alice, bob) = (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
        Watch(alice.Supervisor);

        Tell(alice, new MeshProtocol.Stop());
        ExpectTerminated(alice.Supervisor);

        PeersOf(bob).ShouldBeEmpty();
        bob.IsReleased.ShouldBeFalse();
    }

    private IActorRef StoreOf(Node node) =>
        Sys.ActorSelection(node.Supervisor.Path / "store").ResolveOne(TimeSpan.FromSeconds(5)).GetAwaiter().GetResult();
}
