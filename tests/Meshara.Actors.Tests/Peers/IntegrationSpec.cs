using System.Collections.Immutable;
using Meshara.Actors.Peers;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>The integration tests that the one who asked for Meshara named, one by one, over whole nodes.</summary>
public sealed class IntegrationSpec : MeshSpec
{
    public IntegrationSpec() => SeekPeers(4, 8);

    [Fact]
    public void Manual_addition()
    {
        var (alice, bob) = (Enter(1), Enter(2));

        Add(alice, bob).Peer.PeerId.ShouldBe(bob.Id);

        var (ofAlice, ofBob) = (PeersOf(alice).ShouldHaveSingleItem(), PeersOf(bob).ShouldHaveSingleItem());
        (ofAlice.PeerId, ofAlice.Direction, ofAlice.Source, ofAlice.Protected).ShouldBe((bob.Id, Direction.Outbound, PeerSource.Manual, true));
        (ofBob.PeerId, ofBob.Direction, ofBob.Source, ofBob.Protected).ShouldBe((alice.Id, Direction.Inbound, PeerSource.Inbound, false));
    }

    [Fact]
    public void Peer_store()
    {
        var (alice, bob) = (Enter(1), Enter(2));
        Add(alice, bob);
        Join(alice, Identities.Carol(), HostOf(3)).SayBytes([0, 0, 0, 3, 0xff, 0xff, 0xff]);
        Next(alice, MeshEventKind.PeerBanned);
        Pass(Seconds(5));

        Crash(alice);
        Pass(Seconds(5));
        Start(alice);
        Pass(Seconds(5));

        // The manual peer is dialled without being told, the other keeps what it has earned.
        PeersOf(alice).ShouldHaveSingleItem().PeerId.ShouldBe(bob.Id);
        alice.Disk[bob.Id]!.Manual.ShouldBeTrue();
        alice.Disk[bob.Id]!.Addresses.ShouldContain(a => a.Proven && a.Address == bob.Address);
        Greet(alice, Identities.Carol(), HostOf(3)).HearGoodbye().ShouldBe(Reason.Banned);
    }

    [Fact]
    public void Reputation()
    {
        var alice = Enter(1);
        var bob = Join(alice, Identities.Bob(), HostOf(2));
        var carol = Join(alice, Identities.Carol(), HostOf(3));

        bob.Say(new Envelope { Data = new Data { Channel = "chat" } });
        carol.Say(new Envelope { Peers = new Core.Wire.Peers() });
        Pass(Seconds(2));

        var (good, bad) = (ScoreOf(alice, Identities.Bob().Id), ScoreOf(alice, Identities.Carol().Id));
        good.ShouldBeGreaterThan(0);
        bad.ShouldBeLessThan(0);
        var farewell = new Envelope { Goodbye = new Goodbye { Reason = (uint)Reason.ShuttingDown } };
        bob.Say(farewell);
        carol.Say(farewell);
        Pass(Settings.Reputation.HalfLife, Seconds(5));
        ScoreOf(alice, Identities.Bob().Id).ShouldBe(good / 2, 0.01);
        ScoreOf(alice, Identities.Carol().Id).ShouldBe(bad / 2, 0.1);
    }

    [Fact]
    public void Bad_peers_get_disconnected()
    {
        var alice = Enter(1);
        var low = Join(alice, Identities.Bob(), HostOf(2));
        var bad = Join(alice, Identities.Carol(), HostOf(3));
        var unsolicited = new Envelope { Peers = new Core.Wire.Peers() };

        for (var n = 0; n < 8 && !low.IsClosed && PeersOf(alice).Any(p => p.PeerId == Identities.Bob().Id); n++)
        {
            low.Say(unsolicited);
        }

        low.HearGoodbye().ShouldBe(Reason.LowReputation);
        bad.SayBytes([0, 0, 0, 3, 0xff, 0xff, 0xff]);
        bad.HearGoodbye().ShouldBe(Reason.ProtocolError);
        PeersOf(alice).ShouldBeEmpty();
        Greet(alice, Identities.Bob(), HostOf(2)).HearGoodbye().ShouldBe(Reason.LowReputation);
        Greet(alice, Identities.Carol(), HostOf(3)).HearGoodbye().ShouldBe(Reason.Banned);
    }

    [Fact]
    public void Bootstrap_with_the_peer_list_updated()
    {
        var hub = Enter(0);
        var nodes = Enumerable.Range(1, 5).Select(n => Enter(n, hub)).ToList();

        Pass(Seconds(70), Seconds(0.5));

        nodes.ShouldAllBe(n => PeersOf(n).Length >= 4);
        nodes.ShouldAllBe(n => n.Disk.Book.Peers.Count >= 4);
        nodes[0].Disk[hub.Id]!.Source.ShouldBe(PeerSource.Bootstrap);
        nodes.SelectMany(n => PeersOf(n)).ShouldContain(p => p.Source == PeerSource.Exchange);
    }

    [Fact]
    public void Max_peers_2_against_5()
    {
        var hub = Enter(0);
        var others = Enumerable.Range(1, 5).Select(n => Enter(n, hub)).ToList();
        Settings = Settings with { Discovery = Settings.Discovery with { TargetPeers = 2, MaxPeers = 2 } };
        var small = Enter(9, hub);
        others.ForEach(o => Sight(o, small));

        for (var second = 0; second < 120; second++)
        {
            Pass(Seconds(1), Seconds(0.5));
            PeersOf(small).Length.ShouldBeLessThanOrEqualTo(2);
        }

        PeersOf(small).Length.ShouldBe(2);
    }

    [Fact]
    public void Replacement_after_a_disconnect()
    {
        Settings = Settings with { Discovery = Settings.Discovery with { TargetPeers = 2, MaxPeers = 8 } };
        var hub = Enter(0);
        var nodes = Enumerable.Range(1, 8).Select(n => Enter(n, hub)).ToList();
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

    private double ScoreOf(Node node, NodeId peer) => KnownTo(node).Single(p => p.PeerId == peer).Reputation;

    private ImmutableArray<PeerInfo> KnownTo(Node node)
    {
        Tell(node, new MeshProtocol.List(Known: true));
        return ExpectMsg<MeshProtocol.PeerList>().Peers;
    }
}
