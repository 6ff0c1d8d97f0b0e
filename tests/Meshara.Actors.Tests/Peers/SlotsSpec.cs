using System.Net;
using Meshara.Actors.Configuration;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>The places of a node under a flood of those who want in.</summary>
public sealed class SlotsSpec : MeshSpec
{
    private int _strangers;

    public SlotsSpec() => Settings = Settings with
    {
        Discovery = Settings.Discovery with { EnabledMethods = [DiscoveryMethod.Manual], TargetPeers = 4, MaxPeers = 8 },
    };

    [Fact]
    public void Max_peers_holds_exactly_under_a_hundred_handshakes_at_once()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var knocking = Enumerable.Range(1, 100).Select(n => Knock(alice, Stranger(), Host(n % 250, n))).ToList();

        foreach (var far in knocking)
        {
            far.Say(FarEnd.HelloOf(Identities.Numbered(knocking.IndexOf(far) + 1), port: 0));
            PeersOf(alice).Length.ShouldBeLessThanOrEqualTo(6);
        }

        PeersOf(alice).Length.ShouldBe(6);
        PeersOf(alice).ShouldAllBe(p => p.Direction == Direction.Inbound);
    }

    [Fact]
    public void A_flood_of_one_network_pushes_out_none_of_those_who_were_there()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var honest = Enumerable.Range(1, 4).Select(n => (Identity: Stranger(), Host: Host(n, 1))).ToList();
        honest.ForEach(h => Join(alice, h.Identity, h.Host));
        Pass(Seconds(2));

        for (var n = 1; n <= 60; n++)
        {
            Greet(alice, Stranger(), Host(99, n));
            Pass(Seconds(0.1));
        }

        honest.ShouldAllBe(h => PeersOf(alice).Any(p => p.PeerId == h.Identity.Id));
    }

    [Fact]
    public void When_all_places_are_taken_the_crowded_network_makes_room_for_a_newcomer_of_another()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var crowd = Enumerable.Range(1, 6).Select(n => Join(alice, Stranger(), Host(99, n))).ToList();
        Pass(Seconds(2));

        var newcomer = Stranger();
        Join(alice, newcomer, Host(7, 1));

        PeersOf(alice).Length.ShouldBe(6);
        PeersOf(alice).ShouldContain(p => p.PeerId == newcomer.Id);
        Next(alice, MeshEventKind.PeerDisconnected).Reason.ShouldBe(Reason.Evicted);
        crowd[^1].HearNext<Goodbye>().Reason.ShouldBe((uint)Reason.Evicted);
    }

    [Fact]
    public void One_range_gets_no_more_than_eight_connections()
    {
        Settings = Settings with { Discovery = Settings.Discovery with { MaxPeers = 32, TargetPeers = 16 } };
        var alice = Start(Identities.Alice(), AlicesHost);
        for (var n = 1; n <= 20; n++)
        {
            Greet(alice, Stranger(), IPAddress.Parse($"5.5.5.{n}"));
        }

        PeersOf(alice).Length.ShouldBe(Roster.MaxPerRange);
        Next(alice, MeshEventKind.PeerRejected).Reason.ShouldBe(Reason.RangeLimit);
    }

    [Fact]
    public void Whom_a_person_asked_for_is_never_evicted_and_takes_no_place()
    {
        var bob = Start(Identities.Bob(), IPAddress.Parse("5.99.0.200"));
        var alice = Start(Identities.Alice(), AlicesHost, bob);
        for (var n = 1; n <= 40; n++)
        {
            Greet(alice, Stranger(), Host(n, 1));
        }

        PeersOf(alice).Length.ShouldBe(7);
        PeersOf(alice).ShouldContain(p => p.PeerId == bob.Id && p.Protected);
    }

    [Fact]
    public void Who_breaks_the_protocol_is_not_dialled_again_into_the_place_it_has_lost()
    {
        SeekPeers(target: 1, max: 4);
        var alice = Start(Identities.Alice(), AlicesHost);
        var mallory = new Stranger(10, Network);
        mallory.Listen();
        mallory.Dial(alice.Address, greets: true);
        mallory.Hear();
        Pass(Seconds(5));

        mallory.Up.Single().Write([0xff, 0xff, 0xff, 0xff]);
        Pass(Seconds(5));

        Next(alice, MeshEventKind.PeerBanned).PeerId.ShouldBe(mallory.Id);
        ExpectNo(alice, MeshEventKind.DialFailed);
        mallory.Hear();
        mallory.Lines.ShouldAllBe(l => !l.IsDialled);
    }

    private static IPAddress Host(int network, int n) => IPAddress.Parse($"5.{network}.{n}.1");

    private NodeIdentity Stranger() => Identities.Numbered(++_strangers);
}
