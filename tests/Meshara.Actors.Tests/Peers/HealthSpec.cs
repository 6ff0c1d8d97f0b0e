using Akka.Actor;
using Meshara.Actors.Peers;
using Meshara.Actors.Telemetry;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>A node finds out what is wrong with it, says so, and notices when it is over.</summary>
public sealed class HealthSpec : MeshSpec
{
    [Fact]
    public void A_node_without_peers_says_so_after_a_minute_and_is_well_again_with_the_first()
    {
        var (alice, bob) = (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
        Pass(Seconds(59));
        HealthOf(alice).Level.ShouldBe(HealthLevel.Healthy);

        Pass(Seconds(2));

        Finding(alice, Health.NoPeers).Level.ShouldBe(HealthLevel.Degraded);
        Next(alice, MeshEventKind.HealthChanged).Detail!.ShouldContain("No peer is connected since");
        StatusOf(alice).Problems.ShouldHaveSingleItem().ShouldContain("meshara peer add HOST:PORT");

        Add(alice, bob);
        Pass(Seconds(1));

        HealthOf(alice).Level.ShouldBe(HealthLevel.Healthy);
        Next(alice, MeshEventKind.HealthChanged).Detail.ShouldBe("healthy");

        Crash(bob);
        Pass(TimeSpan.FromMinutes(3), Seconds(1));
        Finding(alice, Health.NoPeers).Level.ShouldBe(HealthLevel.Failing, "one is wanted now");
    }

    [Fact]
    public void A_store_that_is_away_is_a_failing_check_until_it_is_back()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var store = Sys.ActorSelection(alice.Supervisor.Path / "store");

        store.Tell("could not be written: the disk is full");
        Finding(alice, Health.StoreBehind).ShouldSatisfyAllConditions(
            f => f.Level.ShouldBe(HealthLevel.Failing),
            f => f.Cause.ShouldEndWith("it could not be written: the disk is full."));

        store.Tell("");
        Finding(alice, Health.StoreBehind).Level.ShouldBe(HealthLevel.Healthy);
    }

    [Fact]
    public void A_listener_that_cannot_accept_is_a_failing_check_and_so_is_one_that_has_ended()
    {
        var alice = Start(Identities.Alice(), AlicesHost);

        Tell(alice, new Listener.CannotAccept("Too many open files."));
        Finding(alice, Health.ListenerDown).Cause.ShouldBe("Nobody can dial this node: Too many open files.");
        Pass(Seconds(5));
        Finding(alice, Health.ListenerDown).Level.ShouldBe(HealthLevel.Healthy);

        Sys.Stop(ChildOf(alice, "listener"));
        AwaitAssert(() => Finding(alice, Health.ListenerDown).Level.ShouldBe(HealthLevel.Failing));
        Pass(Seconds(1));
        StatusOf(alice).Problems.ShouldContain(p => p.Contains("its listener has ended", StringComparison.Ordinal));
    }

    [Fact]
    public void A_search_of_the_local_network_that_has_ended_is_a_degraded_check()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Finding(alice, Health.MdnsDown).Level.ShouldBe(HealthLevel.Healthy);

        Sys.Stop(alice.Lan);

        AwaitAssert(() => Finding(alice, Health.MdnsDown).Level.ShouldBe(HealthLevel.Degraded));
    }

    [Fact]
    public void A_clock_that_is_behind_those_of_three_peers_is_told_of()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        foreach (var n in Enumerable.Range(1, 3))
        {
            Finding(alice, Health.ClockSkew).Level.ShouldBe(HealthLevel.Healthy);
            var far = Knock(alice, Identities.Numbered(n), HostOf(n));
            var record = new PeerRecord(Identities.Numbered(n).PublicKey, Sequence(Scheduler.Now.AddMinutes(60.5)), [PeerAddress.Of(HostOf(n), 7373)], []);
            far.Say(Handshake.Hello("meshara", "test", 7373, null, record.Sign(Identities.Numbered(n))));
            far.Hear<Hello>();
        }

        Finding(alice, Health.ClockSkew).Cause.ShouldBe("The clock of this machine is behind those of most peers, by 60 min at least.");
    }

    [Fact]
    public void What_was_found_can_be_collected()
    {
        using var figures = NodeFigures.Of(nameof(HealthSpec));
        var alice = Start(new Node(Identities.Alice(), AlicesHost, new VolatileStore.Disk()) { Figures = figures });

        Pass(Seconds(62));

        figures.Checked().Single(c => c.Check == Health.NoPeers).Level.ShouldBe(1);
        figures.Checked().Single(c => c.Check == Health.StoreBehind).Level.ShouldBe(0);
        HealthOf(alice).Findings.Select(f => f.Name).ShouldBe(figures.Checked().Select(c => c.Check));
    }

    private static ulong Sequence(DateTimeOffset time) => (ulong)time.ToUnixTimeMilliseconds();

    private IActorRef ChildOf(Node node, string name)
    {
        Sys.ActorSelection(node.Supervisor.Path / name).Tell(new Identify(name), TestActor);
        return ExpectMsg<ActorIdentity>().Subject!;
    }

    private MeshHealth HealthOf(Node node)
    {
        Tell(node, new MeshProtocol.Health());
        return ExpectMsg<MeshHealth>();
    }

    private HealthFinding Finding(Node node, string check) => HealthOf(node).Findings.Single(f => f.Name == check);
}
