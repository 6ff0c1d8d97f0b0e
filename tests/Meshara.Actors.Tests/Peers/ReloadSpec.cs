using System.Net;
using Meshara.Actors.Configuration;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>A node takes on other settings while it runs.</summary>
public sealed class ReloadSpec : MeshSpec
{
    [Fact]
    public void A_bootstrap_node_that_is_named_later_is_dialled_at_once_whether_or_not_others_have_answered()
    {
        SeekPeers(8, 16);
        var (hub, other) = (Enter(0), Enter(1));
        var node = Enter(2);
        Pass(Seconds(5));
        PeersOf(node).ShouldBeEmpty();

        Reload(node, s => s with { Discovery = s.Discovery with { BootstrapNodes = [new PeerTarget(hub.Address, null)] } });
        Pass(Seconds(1));
        PeersOf(node).ShouldHaveSingleItem().PeerId.ShouldBe(hub.Id);

        // The next one needs not wait until the first has had its rest.
        Reload(node, s => s with { Discovery = s.Discovery with { BootstrapNodes = [new PeerTarget(other.Address, null)] } });
        Pass(Seconds(1));
        PeersOf(node).Select(p => p.PeerId).ShouldBe([hub.Id, other.Id], ignoreOrder: true);
    }

    [Fact]
    public void A_peer_that_is_added_to_the_configuration_is_dialled_and_kept()
    {
        var (alice, bob) = (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));

        Reload(alice, s => s with { Peers = [new PeerTarget(bob.Address, null)] });
        Pass(Seconds(1));

        PeersOf(alice).ShouldHaveSingleItem().Protected.ShouldBeTrue();
    }

    [Fact]
    public void With_fewer_places_those_who_dialled_in_last_have_to_go_and_nobody_whom_a_person_asked_for()
    {
        var bob = Start(Identities.Bob(), IPAddress.Parse("5.99.0.200"));
        var alice = Start(Identities.Alice(), AlicesHost, bob);
        Pass(Seconds(1));
        var visitors = Enumerable.Range(1, 4).Select(n =>
        {
            Pass(Seconds(1));
            return Join(alice, Identities.Numbered(n), IPAddress.Parse($"5.{n}.0.1"));
        }).ToList();

        Reload(alice, s => s with { Discovery = s.Discovery with { MaxPeers = 2, TargetPeers = 0 } });

        visitors[3].HearNext<Goodbye>().Reason.ShouldBe((uint)Reason.Evicted);
        visitors[2].HearNext<Goodbye>().Reason.ShouldBe((uint)Reason.Evicted);
        PeersOf(alice).Select(p => p.PeerId).ShouldBe([bob.Id, Identities.Numbered(1).Id, Identities.Numbered(2).Id], ignoreOrder: true);
        Greet(alice, Identities.Numbered(9), IPAddress.Parse("5.9.0.1"));
        PeersOf(alice).Length.ShouldBe(3);
    }

    [Fact]
    public void With_fewer_places_who_is_still_at_its_handshake_gives_way_before_anybody_else()
    {
        SeekPeers(8, 16);
        var node = Start(Identities.Alice(), AlicesHost);
        Join(node, Identities.Numbered(1), IPAddress.Parse("5.1.0.1"));
        var silent = new Stranger(10, Network) { Manner = Manner.Silent };
        silent.Listen();
        Reload(node, s => s with { Discovery = s.Discovery with { BootstrapNodes = [new PeerTarget(silent.Address, null)] } });
        Pass(Seconds(1));
        silent.Hear();
        StatusOf(node).Dialling.ShouldBe(1);

        Reload(node, s => s with { Discovery = s.Discovery with { MaxPeers = 1, TargetPeers = 0 } });

        Next(node, MeshEventKind.DialFailed).Reason.ShouldBe(Reason.Evicted);
        PeersOf(node).ShouldHaveSingleItem().PeerId.ShouldBe(Identities.Numbered(1).Id);
    }

    [Fact]
    public void A_shorter_heartbeat_finds_a_dead_peer_sooner_on_connections_that_were_there_before()
    {
        var (alice, bob) = (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
        Add(alice, bob);
        Pass(Seconds(5));

        Reload(alice, s => s with { Heartbeat = s.Heartbeat with { Interval = Seconds(1), Timeout = Seconds(1) } });
        Network.Partition(AlicesHost, BobsHost);
        Pass(Seconds(4));

        Next(alice, MeshEventKind.PeerDisconnected).Reason.ShouldBe(Reason.HeartbeatTimeout);
    }

    [Fact]
    public void The_limits_of_a_connection_are_those_of_the_time_when_it_began()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Knock(alice, Identities.Bob(), BobsHost);

        Reload(alice, s => s with { Connection = s.Connection with { HandshakeTimeout = Seconds(1) } });
        Knock(alice, Identities.Numbered(1), IPAddress.Parse("5.1.0.1"));
        Pass(Seconds(2));

        var cut = Next(alice, MeshEventKind.PeerRejected);
        (cut.Reason, $"{cut.Address}").ShouldBe((Reason.HandshakeTimeout, "5.1.0.1:" + cut.Address!.Port));
        StatusOf(alice).Handshakes.ShouldBe(1);
    }

    [Fact]
    public void The_discovery_is_told_its_new_pace()
    {
        var alice = Start(Identities.Alice(), AlicesHost);

        Reload(alice, s => s with { Discovery = s.Discovery with { MdnsInterval = Seconds(7) } });

        alice.Lan.FishForMessage(m => m is LanDiscoveryProtocol.SetPace).ShouldBe(new LanDiscoveryProtocol.SetPace(Seconds(7), 600));
    }

    [Fact]
    public void What_needs_a_restart_stays_as_it_was()
    {
        var alice = Start(Identities.Alice(), AlicesHost);

        var reloaded = Reload(alice, s => s with { Network = "elsewhere", RemovedFor = Seconds(9) });

        SettingKeys.Of(reloaded.Before).ShouldBe(SettingKeys.Of(Settings));
        SettingKeys.Of(reloaded.After).ShouldBe(SettingKeys.Of(Settings with { RemovedFor = Seconds(9) }));
    }

    private MeshProtocol.Reloaded Reload(Node node, Func<MesharaSettings, MesharaSettings> change)
    {
        Tell(node, new MeshProtocol.Reload(change(Settings)));
        return ExpectMsg<MeshProtocol.Reloaded>();
    }
}
