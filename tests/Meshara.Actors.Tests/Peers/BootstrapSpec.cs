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
    public void Bootstrap_with_the_peer_list_updated()
    {
        var hub = Start(0);
        var nodes = Enumerable.Range(1, 5).Select(n => Start(n, hub)).ToList();

        Pass(Seconds(70), Seconds(0.5));

        nodes.ShouldAllBe(n => PeersOf(n).Length >= 4);
        nodes.ShouldAllBe(n => n.Disk.Book.Peers.Count >= 4);
        nodes[0].Disk[hub.Id]!.Source.ShouldBe(PeerSource.Bootstrap);
        nodes.SelectMany(n => PeersOf(n)).ShouldContain(p => p.Source == PeerSource.Exchange);
    }

    [Fact]
    public void A_node_that_is_away_is_dialled_until_it_answers()
    {
        var hub = Start(0);
        Crash(hub);
        var node = Start(1, hub);
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
        var hub = Start(0);
        Settings = Settings with
        {
            Discovery = Settings.Discovery with { BootstrapNodes = [new PeerTarget(hub.Address, Identities.Alice().Id)] },
        };
        var node = Start(IdentityOf(1), HostOf(1));
        Pass(Seconds(5));

        PeersOf(node).ShouldBeEmpty();
        Next(node, MeshEventKind.KeyMismatch).PeerId.ShouldBe(Identities.Alice().Id);
    }

    [Fact]
    public void With_enough_peers_the_bootstrap_node_is_left_alone()
    {
        var hub = Start(0);
        var first = Start(1, hub);
        var second = Start(2, hub);
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
        var hub = Start(0);
        var others = Enumerable.Range(1, 3).Select(n => Start(n, hub)).ToList();
        var node = Start(4, hub);
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
    public void A_lost_peer_is_replaced_within_seconds()
    {
        Settings = Settings with { Discovery = Settings.Discovery with { TargetPeers = 2, MaxPeers = 8 } };
        var hub = Start(0);
        var nodes = Enumerable.Range(1, 8).Select(n => Start(n, hub)).ToList();
        Pass(TimeSpan.FromMinutes(3), Seconds(0.5));
        var node = nodes[0];
        PeersOf(node).Length.ShouldBeGreaterThanOrEqualTo(2);
        while (PeersOf(node).Length > 1)
        {
            Crash(nodes.Find(n => n.Id == PeersOf(node)[^1].PeerId) ?? hub);
        }

        Pass(Seconds(5));

        PeersOf(node).Length.ShouldBeGreaterThanOrEqualTo(2, string.Join("\n", AllOf(node.Events).TakeLast(15)));
    }

    [Fact]
    public void Max_peers_2_against_5()
    {
        var hub = Start(0);
        var others = Enumerable.Range(1, 5).Select(n => Start(n, hub)).ToList();
        Settings = Settings with { Discovery = Settings.Discovery with { TargetPeers = 2, MaxPeers = 2 } };
        var small = Start(9, hub);
        others.ForEach(o => Sight(o, small));

        for (var second = 0; second < 120; second++)
        {
            Pass(Seconds(1), Seconds(0.5));
            PeersOf(small).Length.ShouldBeLessThanOrEqualTo(2);
        }

        PeersOf(small).Length.ShouldBe(2);
    }

    [Fact]
    public void A_bootstrap_node_whose_score_is_too_low_is_not_dialled_and_that_is_said()
    {
        var hub = Start(0);
        var node = Start(1, hub);
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

    private static IPAddress HostOf(int n) => IPAddress.Parse($"10.1.0.{n}");

    private static NodeIdentity IdentityOf(int n) => NodeIdentity.FromSeed([.. Enumerable.Repeat((byte)(100 + n), 32)]);

    private Node Start(int n, params Node[] bootstrap)
    {
        var settings = Settings;
        Settings = settings with
        {
            Discovery = settings.Discovery with { BootstrapNodes = [.. bootstrap.Select(b => new PeerTarget(b.Address, null))] },
        };
        var node = Start(IdentityOf(n), HostOf(n));
        Settings = settings;
        return node;
    }
}
