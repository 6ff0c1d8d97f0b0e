using System.Net;
using Akka.Actor;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>What people can find out about a peer.</summary>
public sealed class InquirySpec : MeshSpec
{
    private static readonly IPAddress CarolsHost = IPAddress.Parse("10.0.0.3");

    [Fact]
    public void Why_follows_a_peer_through_its_life()
    {
        var (alice, bob) = StartTwo();
        WhyOf(alice, bob.Address).Why.ShouldBe("nothing is known of it");
        Add(alice, bob);
        WhyOf(alice, bob.Id).Why.ShouldStartWith("a person asked for it, and this node dialled it");
        WhyOf(alice, bob.Address).PeerId.ShouldBe(bob.Id);

        Crash(bob);
        var lost = WhyOf(alice, bob.Id);
        (lost.Connected, lost.Reason).ShouldBe((false, Reason.ConnectionLost));
        lost.NextTry.ShouldNotBeNull();
        Pass(TimeSpan.FromMinutes(1));
        var failing = WhyOf(alice, bob.Id);
        failing.Reason.ShouldBe(Reason.Refused);
        failing.Why.ShouldStartWith("each of the last");
        failing.NextTry.ShouldNotBeNull().ShouldBeGreaterThan(Scheduler.Now);

        Tell(alice, new BanProtocol.Ban(bob.Id, TimeSpan.FromMinutes(1), "spam"));
        ExpectMsg<BanInfo>();
        WhyOf(alice, bob.Id).Why.ShouldBe("a person banned it (spam), for another 60 s");
        Start(bob);
        Pass(TimeSpan.FromMinutes(2));
        WhyOf(alice, bob.Id).Connected.ShouldBeTrue();

        Remove(alice, bob.Id);
        WhyOf(alice, bob.Id).Reason.ShouldBe(Reason.RemovedByOperator);
    }

    [Fact]
    public void Why_of_one_nobody_has_heard_of_is_refused()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Tell(alice, new InquiryProtocol.WhyPeer(Identities.Bob().Id));
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.UnknownPeer);
        Tell(alice, new InquiryProtocol.History(Identities.Bob().Id));
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.UnknownPeer);
        WhyOf(alice, alice.Id).Reason.ShouldBe(Reason.SelfConnection);
        WhyOf(alice, alice.Address).Reason.ShouldBe(Reason.SelfConnection);
    }

    [Fact]
    public void Why_of_a_stranger_that_was_turned_away_tells_for_what()
    {
        Settings = Settings with { Discovery = Settings.Discovery with { MaxPeers = 1, TargetPeers = 1 } };
        var alice = Start(Identities.Alice(), AlicesHost);
        Join(alice, Identities.Carol(), CarolsHost);
        Greet(alice, Identities.Bob(), BobsHost).HearGoodbye().ShouldBe(Reason.NoSlot);

        WhyOf(alice, Identities.Bob().Id).Last.ShouldBe("it dialled this node in vain 0 s ago (no-slot)");
    }

    [Fact]
    public void Why_of_one_on_the_local_network_tells_that_this_node_has_peers_enough()
    {
        Settings = Settings with { Discovery = Settings.Discovery with { MaxPeers = 1, TargetPeers = 1 } };
        var (alice, bob) = StartTwo();
        Join(alice, Identities.Carol(), CarolsHost);
        Sight(alice, bob);

        WhyOf(alice, bob.Id).Why.ShouldBe("this node has the 1 peers that it strives for");
        Tell(alice, new LanDiscoveryProtocol.Gone(bob.Id));
        Tell(alice, new InquiryProtocol.WhyPeer(bob.Id));
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.UnknownPeer);
    }

    [Fact]
    public void Why_of_anybody_is_this_node_itself_while_it_is_cut_off()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        alice.HasNetwork = false;
        Crash(bob);
        Pass(Seconds(5));

        var why = WhyOf(alice, bob.Id);

        why.Reason.ShouldBe(Reason.NetworkDown);
        why.Why.ShouldStartWith("this node itself has been cut off from the network for");
        why.NextTry.ShouldNotBeNull();
    }

    [Fact]
    public void Why_of_an_address_in_a_banned_range_names_the_range()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Tell(alice, new BanProtocol.BanRange(AddressRange.Parse("192.0.2.0/24"), TimeSpan.FromHours(2), null));
        ExpectMsg<BanInfo>();

        WhyOf(alice, PeerAddress.Parse("192.0.2.9:1")).Why.ShouldBe("the address range 192.0.2.0/24 is banned, for another 2 h");
    }

    [Fact]
    public void The_known_are_listed_with_what_came_of_their_addresses_and_when_they_are_next()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        Crash(bob);
        Pass(TimeSpan.FromMinutes(1));
        Join(alice, Identities.Carol(), CarolsHost);

        Tell(alice, new InquiryProtocol.Known());

        var known = ExpectMsg<InquiryProtocol.KnownList>().Peers;
        known.Length.ShouldBe(2);
        var address = known.Single(p => p.Peer.PeerId == bob.Id).Addresses.ShouldHaveSingleItem();
        (address.Address, address.Proven, address.LastFailure).ShouldBe((bob.Address, true, Reason.Refused));
        address.NextTry.ShouldNotBeNull().ShouldBeGreaterThan(Scheduler.Now);
        known.Single(p => p.Peer.PeerId != bob.Id).Peer.Connected.ShouldBeTrue();
    }

    [Fact]
    public void The_history_tells_of_misdeeds_bans_and_forgiveness()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Join(alice, Identities.Carol(), CarolsHost).SayBytes([0, 0, 0, 3, 0xff, 0xff, 0xff]);
        Next(alice, MeshEventKind.PeerBanned);
        Tell(alice, new BanProtocol.Unban(Identities.Carol().Id));
        ExpectMsg<BanProtocol.Lifted>().WasBanned.ShouldBeTrue();

        Tell(alice, new InquiryProtocol.History(Identities.Carol().Id));

        ExpectMsg<InquiryProtocol.Trail>().Changes.Select(c => (c.Event, c.Cause, c.Delta, c.Score)).ShouldBe(
        [
            ("judged", "protocol-violation", -100, -100),
            ("banned", "protocol-violation", 0, -100),
            ("unbanned", "operator", 100, 0),
        ]);
    }

    [Fact]
    public void The_memory_of_ends_is_bounded_and_strangers_wipe_out_only_strangers()
    {
        var ends = new LastEnds(capacity: 2);
        Note(ends, Identities.Alice().Id, PeerAddress.Parse("10.0.0.1:1"));
        foreach (var stranger in new[] { Identities.Bob().Id, Identities.Carol().Id, NodeId.Parse(new string('a', 64)) })
        {
            Note(ends, stranger, null);
        }

        ends[Identities.Alice().Id]!.Direction.ShouldBe(Direction.Outbound);
        ends[PeerAddress.Parse("10.0.0.1:1")].ShouldNotBeNull();
        ends[Identities.Bob().Id].ShouldBeNull();
        ends[Identities.Carol().Id]!.Reason.ShouldBe(Reason.Refused);

        Note(ends, Identities.Alice().Id, null, Reason.Duplicate);
        ends[Identities.Alice().Id]!.Reason.ShouldBe(Reason.Refused);
    }

    private void Note(LastEnds ends, NodeId peer, PeerAddress? dialled, Reason reason = Reason.Refused)
    {
        ConnectionOrigin origin = dialled is null ? new ConnectionOrigin.Accept(null!) : new ConnectionOrigin.Dial(dialled, peer);
        ends.Note(
            new LiveConnection(1, TestActor, origin) { Source = PeerSource.Inbound, Peer = peer },
            new PeerConnectionProtocol.Ended(1, reason, ByPeer: false),
            Scheduler.Now);
    }

    private WhyAnswer WhyOf(Node node, NodeId peer)
    {
        Tell(node, new InquiryProtocol.WhyPeer(peer));
        return ExpectMsg<WhyAnswer>();
    }

    private WhyAnswer WhyOf(Node node, PeerAddress address)
    {
        Tell(node, new InquiryProtocol.WhyAddress(address));
        return ExpectMsg<WhyAnswer>();
    }

    private (Node Alice, Node Bob) StartTwo() => (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
}
