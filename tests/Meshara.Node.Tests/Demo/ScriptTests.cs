using System.Collections.Immutable;
using Meshara.Actors;
using Meshara.Core.Peers;
using Meshara.Node.Demo;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Demo;

public sealed class ScriptTests
{
    [Theory]
    [InlineData(3, "ABC", "C", "D")]
    [InlineData(5, "ABCDE", "E", "F")]
    [InlineData(20, "ABCDEFGHIJKLMNOPQRST", "T", "U")]
    public void The_last_node_is_killed_and_one_of_the_next_letter_takes_its_place(int nodes, string started, string killed, string newcomer)
    {
        var deeds = Script.Of(nodes).Select(a => a.Deed).ToList();

        string.Concat(deeds.OfType<Deed.Start>().First().Names).ShouldBe(started);
        deeds.OfType<Deed.Kill>().Single().Name.ShouldBe(killed);
        deeds.OfType<Deed.Start>().Last().Names.ShouldBe([newcomer]);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(5, 4)]
    [InlineData(9, 8)]
    [InlineData(20, 8)]
    public void Few_strive_for_all_others_and_many_for_eight(int nodes, int target) => Script.TargetOf(nodes).ShouldBe(target);

    [Fact]
    public void No_act_is_done_before_it_has_begun()
    {
        foreach (var act in Script.Of(5))
        {
            act.IsDone(new Scene()).ShouldBe(act.Deed is Deed.Watch, act.Title);
        }
    }

    [Fact]
    public void An_outcome_says_how_many_connections_there_are_and_how_they_were_found()
    {
        var scene = Scenes.Of("ABC", "AB AC BC").See(Scenes.Id("C"), Scenes.Peers(
            Scenes.Peer("A", PeerSource.Bootstrap), Scenes.Peer("B", PeerSource.Inbound)));

        Script.Of(3)[1].Outcome(scene).ShouldBe("3 connections, found by mdns, bootstrap");
    }

    [Fact]
    public void An_outcome_says_by_how_many_and_for_what_reason()
    {
        var scene = Scenes.Of("AB").Enter(new DemoNode(Script.Hostile, Scenes.Id("M"), null, DemoState.Hostile));
        var one = scene.Told("A", MeshEventKind.PeerBanned, "M", Reason.FrameTooLarge);

        Script.Of(3)[5].Outcome(scene).ShouldBe("0 nodes banned it");
        Script.Of(3)[5].Outcome(one).ShouldBe("1 node banned it (frame-too-large)");
        Script.Of(3)[5].Outcome(one.Told("B", MeshEventKind.PeerBanned, "M", Reason.FrameTooLarge)).ShouldBe("2 nodes banned it (frame-too-large)");
    }

    [Fact]
    public void An_act_that_is_not_seen_in_time_says_what_was_seen_instead()
    {
        var acts = Script.Of(3);
        var play = new Play(acts) { Elapsed = TimeSpan.FromSeconds(3) }.Begin(acts[1]) with { Scene = Scenes.Of("ABC", "AB") };

        play.ActIsDone.ShouldBeFalse();
        play.TimeOut().Failure.ShouldBe("They find each other: not seen within 40 s; so far: 1 connections, found by mdns.");
    }

    [Fact]
    public void The_time_of_an_act_runs_from_its_beginning()
    {
        ImmutableArray<Act> acts = [new("It rains", new Deed.Watch(), _ => false, _ => "wet")];
        var play = new Play(acts) { Elapsed = TimeSpan.FromSeconds(5) }.Begin(acts[0]);

        (play with { Elapsed = TimeSpan.FromSeconds(6) }).InAct.ShouldBe(TimeSpan.FromSeconds(1));
        var later = play with { Elapsed = TimeSpan.FromSeconds(7) };
        later.InAct.ShouldBe(TimeSpan.FromSeconds(2));
        later.End().Played.ShouldBe([new PlayedAct(acts[0], "wet", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(7))]);
        later.End().Current.ShouldBeNull();
    }
}
