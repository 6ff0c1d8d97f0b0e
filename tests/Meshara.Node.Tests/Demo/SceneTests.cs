using Meshara.Actors;
using Meshara.Core.Peers;
using Meshara.Node.Demo;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Demo;

public sealed class SceneTests
{
    [Fact]
    public void What_a_dead_node_said_last_counts_no_more()
    {
        var scene = Scenes.Of("ABC", "AB AC BC").Kill("C");

        scene.Up.Select(n => n.Name).ShouldBe(["A", "B"]);
        scene.Degree(scene.Named("A")!).ShouldBe(1);
        scene.ConnectedWith(Scenes.Id("A")).ShouldBe(1);
        scene.PeersOf(scene.Named("C")!).ShouldBeEmpty();
    }

    [Fact]
    public void The_memory_of_events_is_bounded_and_keeps_the_latest()
    {
        var scene = Enumerable.Range(0, 500).Aggregate(Scenes.Of("AB"), (s, i) =>
            s.Hear(new Told(Scenes.Id("A"), new MeshEvent(MeshEventKind.PeerConnected, Scenes.Noon.AddSeconds(i)) { PeerId = Scenes.Id("B") })));

        scene.Events.Length.ShouldBeLessThanOrEqualTo(100);
        scene.Events[^1].Event.At.ShouldBe(Scenes.Noon.AddSeconds(499));
        scene.Count(MeshEventKind.PeerConnected, Scenes.Id("B")).ShouldBe(1);
    }

    [Fact]
    public void A_row_says_what_the_node_knows_of_its_peers_and_what_they_say_of_it()
    {
        var scene = Scenes.Of("ABC", "AB AC BC")
            .See(Scenes.Id("A"), Scenes.Peers(Scenes.Peer("B"), Scenes.Peer("C", PeerSource.Bootstrap)))
            .See(Scenes.Id("B"), Scenes.Peers(Scenes.Peer("A", score: -2, milliseconds: 1.5)))
            .See(Scenes.Id("C"), Scenes.Peers(Scenes.Peer("A", score: 3, milliseconds: 2.5)));

        string.Join('|', NodeRows.Of(scene).First()).ShouldBe("A|41414141|7065|BC|mdns:1 bootstrap:1|2 ms|-2|up");
    }

    [Fact]
    public void A_row_of_a_banned_one_says_by_how_many()
    {
        var scene = Scenes.Of("AB").WithHostile("M")
            .Told("A", MeshEventKind.PeerBanned, "M").Told("B", MeshEventKind.PeerBanned, "M")
            .See(Scenes.Id("A"), Scenes.Peers(Scenes.Peer("M", score: -100) with { ConnectedSince = null }));

        string.Join('|', NodeRows.Of(scene).Last()).ShouldBe("M|4d4d4d4d|-|-|-|-|-100|banned by 2");
    }

    [Fact]
    public void An_event_is_told_with_letters_and_the_names_of_what_happened()
    {
        var scene = Scenes.Of("AB")
            .Told("A", MeshEventKind.Ready, "A")
            .Told("A", MeshEventKind.PeerConnected, "B", source: PeerSource.Mdns)
            .Told("A", MeshEventKind.PeerDisconnected, "B", Reason.ConnectionLost, PeerSource.Mdns)
            .Told("B", MeshEventKind.PeerRejected, "Z", Reason.WrongNetwork);

        scene.Events.Select(e => NodeRows.Of(scene, e)).ShouldBe(
            ["A ready", "A peer-connected B mdns", "A peer-disconnected B connection-lost", "B peer-rejected 5a5a5a5a wrong-network"]);
    }
}
