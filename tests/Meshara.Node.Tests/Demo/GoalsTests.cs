using Meshara.Actors;
using Meshara.Core.Peers;
using Meshara.Node.Demo;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Demo;

public sealed class GoalsTests
{
    [Theory]
    [InlineData("ABC", "AB AC BC", 2, true)]
    [InlineData("ABC", "AB AC", 2, false)]
    [InlineData("ABCD", "AB BC CD DA", 2, true)]
    [InlineData("ABCD", "AB BC CD DA", 3, false)]
    [InlineData("AB", "AB", 4, true)]
    public void A_mesh_is_done_when_each_has_the_peers_it_strives_for_or_all_there_are(string nodes, string links, int target, bool done) =>
        Goals.HaveTarget(Scenes.Of(nodes, links), target).ShouldBe(done);

    [Fact]
    public void A_hostile_one_is_no_peer_that_counts() =>
        Goals.HaveTarget(Scenes.Of("ABC").WithHostile("M").Linked("AB AM BM CM"), 2).ShouldBeFalse();

    [Fact]
    public void The_dead_is_lost_when_nobody_is_connected_with_it_and_all_who_were_have_said_so()
    {
        var killed = Scenes.Of("ABC", "AB AC BC").Told("A", MeshEventKind.PeerConnected, "C").Told("B", MeshEventKind.PeerConnected, "C").Kill("C");
        var one = killed.Told("A", MeshEventKind.PeerDisconnected, "C", Reason.ConnectionLost);
        var both = one.Told("B", MeshEventKind.PeerDisconnected, "C", Reason.ConnectionLost);

        Goals.IsLost(killed.Linked("AB"), "C").ShouldBeFalse();
        Goals.IsLost(one.Linked("AB"), "C").ShouldBeFalse();
        Goals.IsLost(both.Linked("AB BC"), "C").ShouldBeFalse();
        Goals.IsLost(both.Linked("AB"), "C").ShouldBeTrue();
        Goals.IsLost(both, "X").ShouldBeFalse();
    }

    [Fact]
    public void The_end_of_one_of_two_connections_with_a_peer_is_no_loss_of_it()
    {
        var scene = Scenes.Of("AC").Told("A", MeshEventKind.PeerDisconnected, "C", Reason.Duplicate).Kill("C");

        Goals.IsLost(scene.Linked(""), "C").ShouldBeFalse();
        scene.Reasons(MeshEventKind.PeerDisconnected, Scenes.Id("C")).ShouldBe("");
    }

    [Fact]
    public void The_hostile_one_is_in_when_all_let_it_in()
    {
        var scene = Scenes.Of("AB").WithHostile("M");

        Goals.IsConnectedWithAll(scene.Linked("AM"), "M").ShouldBeFalse();
        Goals.IsConnectedWithAll(scene.Linked("AM BM"), "M").ShouldBeTrue();
        Goals.IsConnectedWithAll(Scenes.Of("AB"), "M").ShouldBeFalse();
    }

    [Fact]
    public void The_hostile_one_is_banned_when_each_has_said_so_and_none_is_connected_with_it()
    {
        var one = Scenes.Of("AB").WithHostile("M").Told("A", MeshEventKind.PeerBanned, "M", Reason.FrameTooLarge);
        var both = one.Told("B", MeshEventKind.PeerBanned, "M", Reason.FrameTooLarge);

        Goals.IsBannedByAll(one, "M").ShouldBeFalse();
        Goals.IsBannedByAll(both.Linked("BM"), "M").ShouldBeFalse();
        Goals.IsBannedByAll(both, "M").ShouldBeTrue();
    }

    [Fact]
    public void It_is_refused_when_each_has_turned_it_away_because_of_the_ban()
    {
        var other = Scenes.Of("A").WithHostile("M").Told("A", MeshEventKind.PeerRejected, "M", Reason.RateLimited);

        Goals.IsRefusedByAll(other, "M").ShouldBeFalse();
        Goals.IsRefusedByAll(other.Told("A", MeshEventKind.PeerRejected, "M", Reason.Banned), "M").ShouldBeTrue();
    }
}
