using System.Net;
using Meshara.Actors;
using Meshara.Actors.Peers;
using Meshara.Core.Peers;
using Meshara.Simulation.Fleet;
using Meshara.Simulation.Time;
using Shouldly;
using Xunit;

namespace Meshara.Simulation.Specs;

/// <summary>The rules see what breaks them: each is broken here by an engine that does what no node may.</summary>
public sealed class RulesSpec
{
    [Fact]
    public void More_peers_than_the_bound_break_a_rule() => BrokenBy((run, tell) =>
    {
        for (var n = 2; n < 10; n++)
        {
            tell(run.Members[9], Connected(run.Members[n - 1]));
        }
    }).ShouldContain("has 7 peers that nobody asked for, of at most 6");

    [Fact]
    public void A_ban_of_an_honest_peer_breaks_a_rule() => BrokenBy((run, tell) =>
        tell(run.Members[3], About(MeshEventKind.PeerBanned, run.Members[4], Reason.ProtocolError))).ShouldContain("n3 bans n4, who is honest, for protocol-error");

    [Fact]
    public void A_connection_that_only_one_side_believes_in_breaks_a_rule_when_it_lasts() => BrokenBy((run, tell) =>
        tell(run.Members[3], Connected(run.Members[4]))).ShouldContain("n3 has taken n4 for connected");

    [Fact]
    public void A_node_that_stays_alone_though_it_need_not_breaks_a_rule() => BrokenBy((run, tell) =>
    {
    }).ShouldContain("has had no peer for 00:03:01, though it could have");

    [Fact]
    public void What_was_promised_and_is_forgotten_breaks_a_rule() => BrokenBy((run, tell) =>
    {
        run.Members[3].Promised[4] = true;
        run.End(run.Members[3], Ending.Kill);
        run.Start(run.Members[3]);
    }).ShouldContain("n3 was told to keep n4, said that it had, and does not know it");

    private static MeshEvent Connected(Member peer) => About(MeshEventKind.PeerConnected, peer, null);

    private static MeshEvent About(MeshEventKind kind, Member peer, Reason? reason) => new(kind, VirtualTime.Dawn) { PeerId = peer.Id, Reason = reason };

    private static string BrokenBy(Action<FleetRun, Action<Member, MeshEvent>> act)
    {
        var scenario = new Scenario
        {
            Nodes = 10, MaxPeers = 6, TargetPeers = 3, ChurnPerHour = 0, PartitionsPerHour = 0, OneWayCutsPerHour = 0, MovesPerHour = 0, RequestsPerHour = 0, Length = TimeSpan.FromMinutes(10),
        };
        using var trace = new Trace(null);
        var run = new FleetRun(scenario, trace);
        var engine = new Puppets();
        engine.Time.After(TimeSpan.FromSeconds(90), () => act(run, ((IWitness)run).On));
        run.Run(engine);
        return run.Rules.Broken.ShouldNotBeNull();
    }

    /// <summary>Nodes that do nothing, and know nothing.</summary>
    private sealed class Puppets : IEngine
    {
        public string Name => "puppets";

        public VirtualTime Time { get; } = new();

        public void Start(Member member, IReadOnlyList<PeerTarget> bootstrap)
        {
        }

        public void End(Member member, Ending how)
        {
        }

        public void Move(Member member, IPAddress to)
        {
        }

        public void Ask(Member member, object question, Action<object> answer)
        {
            if (question is MeshProtocol.List)
            {
                answer(new MeshProtocol.PeerList([]));
            }
        }

        public void Settle()
        {
        }
    }
}
