using System.Net;
using Meshara.Actors.Store;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>From one address into a network, and back into it after any outage.</summary>
public sealed class BootstrapSpec : MeshSpec
{
    public BootstrapSpec() => SeekPeers(4, 8);

    [Fact]
    public void A_node_that_is_away_is_dialled_until_it_answers()
    {
        var hub = Enter(0);
        Crash(hub);
        var node = Enter(1, hub);
        Pass(Seconds(30), Seconds(0.5));
        StatusOf(node).Problems.ShouldHaveSingleItem().ShouldStartWith("no way into the network: the bootstrap node does not answer (10.1.0.0:7373 refused)");

        Start(hub);
        Pass(Seconds(61), Seconds(0.5));

        PeersOf(node).ShouldHaveSingleItem().PeerId.ShouldBe(hub.Id);
        StatusOf(node).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Another_key_than_the_pinned_one_is_not_let_in()
    {
        var hub = Enter(0);
        Settings = Settings with
        {
            Discovery = Settings.Discovery with { BootstrapNodes = [new PeerTarget(hub.Address, Identities.Alice().Id)] },
        };
        var node = Start(Identities.Numbered(1), HostOf(1));
        Pass(Seconds(5));

        PeersOf(node).ShouldBeEmpty();
        Next(node, MeshEventKind.KeyMismatch).PeerId.ShouldBe(Identities.Alice().Id);
    }

    [Fact]
    public void With_enough_peers_the_bootstrap_node_is_left_alone()
    {
        var hub = Enter(0);
        var first = Enter(1, hub);
        var second = Enter(2, hub);
        Pass(Seconds(5));
        PeersOf(second).Length.ShouldBe(2);
        Crash(hub);

        Pass(TimeSpan.FromMinutes(10), Seconds(1));

        // Of the dials at a dead node only those of the candidates are left, which wait ever longer.
        AllOf(second.Events).OfType<MeshEvent>().Count(e => e.Kind == MeshEventKind.DialFailed).ShouldBeLessThan(20);
        PeersOf(second).ShouldHaveSingleItem().PeerId.ShouldBe(first.Id);
        StatusOf(second).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void A_node_comes_back_from_its_store_alone_when_the_bootstrap_node_is_dead()
    {
        var hub = Enter(0);
        var others = Enumerable.Range(1, 3).Select(n => Enter(n, hub)).ToList();
        var node = Enter(4, hub);
        Pass(Seconds(70), Seconds(0.5));
        PeersOf(node).Length.ShouldBe(4);
        Crash(hub);
        Crash(node);
        Pass(Seconds(60), Seconds(1));

        Start(node);
        Pass(Seconds(5));

        PeersOf(node).Select(p => p.PeerId).ShouldBe(others.Select(o => o.Id), ignoreOrder: true);
    }

    [Fact]
    public void A_bootstrap_node_whose_score_is_too_low_is_not_dialled_and_that_is_said()
    {
        var hub = Enter(0);
        var node = Enter(1, hub);
        Pass(Seconds(1));
        Crash(node);
        Next(hub, MeshEventKind.PeerDisconnected);
        var known = node.Disk[hub.Id]!;
        node.Disk.Book = node.Disk.Book.Apply(new PeerStoreEvents.ReputationChanged(
            Scheduler.Now, hub.Id, ReputationCause.VerificationFailed, -40, -40, 0, known.Reputation.MinuteBegan));

        var settings = Settings;
        Settings = settings with { Discovery = settings.Discovery with { BootstrapNodes = [new PeerTarget(hub.Address, null)] } };
        Start(node);
        Pass(Seconds(30), Seconds(0.5));

        ExpectNo(hub, MeshEventKind.PeerRejected);
        StatusOf(node).Problems.ShouldHaveSingleItem().ShouldContain("low-reputation");
    }

    [Fact]
    public void A_bootstrap_node_that_was_dialled_as_a_candidate_first_is_left_alone_when_it_has_no_place()
    {
        var hub = new Stranger(10, Network);
        hub.Listen();
        var disk = new VolatileStore.Disk();
        disk.Book = disk.Book.Apply(new PeerStoreEvents.PeerLearned(Scheduler.Now, hub.Key, PeerSource.Inbound, Manual: false))
            .Apply(new PeerStoreEvents.AddressHeard(Scheduler.Now, hub.Id, hub.Address));
        Settings = Settings with
        {
            Connection = Settings.Connection with { MaxDials = 1 },
            Discovery = Settings.Discovery with { BootstrapNodes = [new PeerTarget(hub.Address, null)] },
        };
        var node = Start(new Node(Identities.Alice(), AlicesHost, disk));
        Attend(hub, Seconds(10));
        Next(node, MeshEventKind.PeerConnected).Source.ShouldNotBe(PeerSource.Bootstrap);

        hub.Leave(Reason.Evicted);

        Attend(hub, Seconds(30)).ShouldBe(0);
    }

    /// <summary>For so long it answers whatever it is told.</summary>
    /// <returns>How often it was greeted.</returns>
    private int Attend(Stranger stranger, TimeSpan time)
    {
        var greeted = 0;
        for (var end = Scheduler.Now + time; Scheduler.Now < end; Pass(Seconds(0.5)))
        {
            foreach (var (line, frame) in stranger.Hear())
            {
                greeted += frame.Hello is null ? 0 : 1;
                stranger.Answer(line, frame);
            }
        }

        return greeted;
    }
}
