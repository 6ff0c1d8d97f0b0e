using System.Collections.Immutable;
using System.Net;
using Akka.Actor;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers.Bans;

/// <summary>Whom people ban, and what that means.</summary>
public sealed class BansSpec : MeshSpec
{
    private static readonly IPAddress CarolsHost = IPAddress.Parse("10.0.0.3");
    private static readonly IPNetwork BobsRange = AddressRange.Parse("10.0.0.2/31");

    [Fact]
    public void A_connected_peer_that_a_person_bans_is_gone_at_once_and_stays_out()
    {
        var (alice, bob) = StartTwo();
        Add(bob, alice);

        var ban = BanPeer(alice, bob.Id, TimeSpan.FromMinutes(5), "spam");

        (ban.PeerId, ban.Until, ban.Cause, ban.Note).ShouldBe((bob.Id, Scheduler.Now + TimeSpan.FromMinutes(5), "operator", "spam"));
        Next(bob, MeshEventKind.PeerDisconnected).Reason.ShouldBe(Reason.Banned);
        Next(alice, MeshEventKind.PeerBanned).Detail.ShouldEndWith("spam");
        PeersOf(alice).ShouldBeEmpty();
        Greet(alice, Identities.Bob(), BobsHost).HearGoodbye().ShouldBe(Reason.Banned);
        alice.Disk[bob.Id]!.Ban!.Note.ShouldBe("spam");
    }

    [Fact]
    public void A_banned_manual_peer_stays_manual_is_not_dialled_and_is_back_when_the_ban_has_ended()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        BanPeer(alice, bob.Id, TimeSpan.FromMinutes(30));

        Pass(TimeSpan.FromMinutes(29), Seconds(1));
        PeersOf(alice).ShouldBeEmpty();
        ExpectNo(bob, MeshEventKind.PeerRejected);
        alice.Disk[bob.Id]!.Manual.ShouldBeTrue();
        Pass(TimeSpan.FromMinutes(2), Seconds(1));

        PeersOf(alice).Length.ShouldBe(1);
        Next(alice, MeshEventKind.PeerUnbanned).PeerId.ShouldBe(bob.Id);
    }

    [Fact]
    public void A_lifted_ban_has_a_manual_peer_dialled_at_once()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        BanPeer(alice, bob.Id);

        Lift(alice, new BanProtocol.Unban(bob.Id)).ShouldBeTrue();
        Pass(Seconds(1));

        PeersOf(alice).Length.ShouldBe(1);
        Next(alice, MeshEventKind.PeerUnbanned).Detail.ShouldBe("a person lifted the ban");
        Lift(alice, new BanProtocol.Unban(bob.Id)).ShouldBeFalse();
    }

    [Fact]
    public void A_configured_peer_that_is_banned_is_not_dialled_after_a_restart_either()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        BanPeer(alice, bob.Id, TimeSpan.FromHours(1));
        Crash(alice);

        Start(alice, bob);
        Pass(TimeSpan.FromMinutes(30), Seconds(1));
        ExpectNo(alice, MeshEventKind.DialFailed);
        Pass(TimeSpan.FromMinutes(32), Seconds(1));

        PeersOf(alice).Length.ShouldBe(1);
    }

    [Fact]
    public void Who_is_not_known_cannot_be_banned()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Tell(alice, new BanProtocol.Ban(Identities.Bob().Id, null, null));
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.UnknownPeer);
        Tell(alice, new BanProtocol.Unban(Identities.Bob().Id));
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.UnknownPeer);
    }

    [Fact]
    public void A_banned_range_loses_its_connections_and_is_refused_before_any_handshake()
    {
        var (alice, bob) = StartTwo();
        Add(bob, alice);
        Join(alice, Identities.Carol(), IPAddress.Parse("10.0.0.9"));

        var ban = BanRange(alice, BobsRange, TimeSpan.FromMinutes(5), "scanners");

        (ban.Range, ban.Note).ShouldBe((BobsRange, "scanners"));
        Next(bob, MeshEventKind.PeerDisconnected).Reason.ShouldBe(Reason.Banned);
        Next(alice, MeshEventKind.PeerBanned).Range.ShouldBe(BobsRange);
        PeersOf(alice).ShouldHaveSingleItem().PeerId.ShouldBe(Identities.Carol().Id);
        Pass(Seconds(5));
        Next(alice, MeshEventKind.PeerRejected).Reason.ShouldBe(Reason.Banned);
        Next(bob, MeshEventKind.DialFailed).Reason.ShouldBe(Reason.HandshakeRejected);
        StatusOf(alice).Rejections[Reason.Banned].ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_peer_in_a_banned_range_is_not_dialled_until_the_ban_ends_manual_or_not()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        BanRange(alice, BobsRange, TimeSpan.FromMinutes(30));

        Pass(TimeSpan.FromMinutes(29), Seconds(1));
        ExpectNo(alice, MeshEventKind.DialFailed);
        PeersOf(bob).ShouldBeEmpty();
        Pass(TimeSpan.FromMinutes(2), Seconds(1));

        PeersOf(alice).Length.ShouldBe(1);
        Next(alice, MeshEventKind.PeerUnbanned).Range.ShouldBe(BobsRange);
    }

    [Fact]
    public void A_configured_address_in_a_banned_range_waits_and_is_dialled_when_the_ban_is_lifted()
    {
        var bob = Start(Identities.Bob(), BobsHost);
        var alice = new Node(Identities.Alice(), AlicesHost, new VolatileStore.Disk());
        alice.Disk.Book = alice.Disk.Book.Apply(
            new Actors.Store.RangeBanEvents.RangeBanned(Scheduler.Now, BobsRange, Scheduler.Now + TimeSpan.FromDays(1), null));
        Start(alice, bob);
        Pass(TimeSpan.FromMinutes(1), Seconds(1));
        ExpectNo(bob, MeshEventKind.PeerConnected);

        Lift(alice, new BanProtocol.UnbanRange(BobsRange)).ShouldBeTrue();
        Pass(Seconds(1));

        PeersOf(alice).Length.ShouldBe(1);
    }

    [Fact]
    public void To_add_a_peer_in_a_banned_range_is_refused_and_the_range_is_named()
    {
        var (alice, bob) = StartTwo();
        BanRange(alice, BobsRange);

        Tell(alice, new MeshProtocol.Add(new PeerTarget(bob.Address, null)));

        var failed = ExpectMsg<MeshProtocol.Failed>();
        failed.Reason.ShouldBe(Reason.Banned);
        failed.Detail.ShouldNotBeNull().ShouldContain("10.0.0.2/31");
        ExpectNo(bob, MeshEventKind.PeerConnected);
    }

    [Fact]
    public void A_part_of_a_banned_range_is_not_said_to_be_lifted()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        BanRange(alice, BobsRange);

        Tell(alice, new BanProtocol.UnbanRange(AddressRange.Parse("10.0.0.3")));
        ExpectMsg<MeshProtocol.Failed>().Detail.ShouldNotBeNull().ShouldContain("10.0.0.2/31");

        Lift(alice, new BanProtocol.UnbanRange(AddressRange.Parse("10.9.0.0/16"))).ShouldBeFalse();
        Lift(alice, new BanProtocol.UnbanRange(BobsRange)).ShouldBeTrue();
        Lift(alice, new BanProtocol.UnbanRange(BobsRange)).ShouldBeFalse();
    }

    [Fact]
    public void Bans_are_listed_while_they_hold_also_after_a_restart()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        BanPeer(alice, bob.Id, TimeSpan.FromMinutes(10), "spam");
        BanRange(alice, AddressRange.Parse("192.0.2.0/24"), TimeSpan.FromMinutes(20));
        Crash(alice);
        Start(alice);

        var bans = BansOf(alice);

        bans.Select(b => (b.Range?.ToString(), b.PeerId)).ShouldBe([("192.0.2.0/24", null), (null, bob.Id)]);
        bans.ShouldAllBe(b => b.Since != null);
        Pass(TimeSpan.FromMinutes(10), Seconds(10));
        BansOf(alice).ShouldHaveSingleItem();
        Pass(TimeSpan.FromMinutes(10), Seconds(10));
        BansOf(alice).ShouldBeEmpty();
    }

    [Fact]
    public void Without_its_store_a_node_bans_nobody_and_says_so()
    {
        var (alice, bob) = StartTwo();
        Add(alice, bob);
        alice.Disk.Cause = "is full";

        Tell(alice, new BanProtocol.Ban(bob.Id, null, null));
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.StoreUnavailable);
        Tell(alice, new BanProtocol.BanRange(BobsRange, null, null));
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.StoreUnavailable);

        PeersOf(alice).Length.ShouldBe(1);
        BansOf(alice).ShouldBeEmpty();
    }

    private BanInfo BanPeer(Node node, NodeId peer, TimeSpan? length = null, string? note = null)
    {
        Tell(node, new BanProtocol.Ban(peer, length, note));
        return ExpectMsg<BanInfo>();
    }

    private BanInfo BanRange(Node node, IPNetwork range, TimeSpan? length = null, string? note = null)
    {
        Tell(node, new BanProtocol.BanRange(range, length, note));
        return ExpectMsg<BanInfo>();
    }

    private bool Lift(Node node, BanProtocol.IRequest request)
    {
        Tell(node, request);
        return ExpectMsg<BanProtocol.Lifted>().WasBanned;
    }

    private ImmutableArray<BanInfo> BansOf(Node node)
    {
        Tell(node, new BanProtocol.List());
        return ExpectMsg<BanProtocol.BanList>().Bans;
    }

    private (Node Alice, Node Bob) StartTwo() => (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
}
