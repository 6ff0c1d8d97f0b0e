using System.Net;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers.Reachability;
using Meshara.Actors.Tests.Transport;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers.Reachability;

/// <summary>A node looks at its network: it asks, collects, and leaves no trace.</summary>
public sealed class NetcheckSpec : MeshSpec
{
    private static readonly IPAddress FarHost = IPAddress.Parse("5.5.5.5");

    /// <summary>Who cannot dial where the others are, though they reach it: as behind a firewall of theirs.</summary>
    private readonly HashSet<IPAddress> _unreachable = [];

    private protected override IPeerTransport TransportOf(Node node) => new OneWay(base.TransportOf(node), node.Host, _unreachable);

    [Fact]
    public void A_peer_that_is_asked_dials_back_and_nothing_else_comes_of_it()
    {
        var (alice, bob) = (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
        Add(alice, bob);
        AllOf(alice.Events);
        AllOf(bob.Events);
        var links = Network.LinkCount;

        var check = Run(alice);

        check.Verdict.ShouldBe("Nodes on the local network can reach this one at 10.0.0.1:7373; nobody elsewhere has tried.");
        check.Level.ShouldBe(HealthLevel.Healthy);
        check.Listen.ShouldHaveSingleItem().ShouldBe(new DialCheck(alice.Address, TimeSpan.Zero, null, null));
        check.DialBacks.ShouldHaveSingleItem().ShouldBe(
            new DialBackCheck(bob.Id, bob.Address, IsLocal: true, DialBackOutcome.Reached, alice.Address, null, TimeSpan.Zero));

        Pass(Seconds(61));
        Network.LinkCount.ShouldBe(links, "the dial-back is closed at once");
        AllOf(alice.Events).ShouldBeEmpty();
        AllOf(bob.Events).ShouldBeEmpty();
        StatusOf(alice).Rejections.ShouldBeEmpty();
        PeersOf(alice).ShouldHaveSingleItem().Reputation.ShouldBe(0);
        PeersOf(bob).ShouldHaveSingleItem().Reputation.ShouldBe(0);
    }

    [Fact]
    public void A_peer_that_cannot_dial_back_makes_a_plain_verdict()
    {
        var (alice, bob) = (Start(Identities.Alice(), AlicesHost), Start(Identities.Bob(), BobsHost));
        Add(alice, bob);
        _unreachable.Add(AlicesHost);

        var check = Run(alice);

        check.Verdict.ShouldBe("No peer could dial back: there is no way to this node at 10.0.0.1:7373 (unreachable).");
        check.Level.ShouldBe(HealthLevel.Failing);
        check.Listen.ShouldAllBe(l => l.Failure == null);
        check.Findings[2].Remedy!.ShouldContain("Forward the node's TCP port");
        PeersOf(alice).ShouldHaveSingleItem().Reputation.ShouldBe(0);
    }

    [Fact]
    public void A_node_without_peers_does_not_know()
    {
        var alice = Start(Identities.Alice(), AlicesHost);

        var check = Run(alice);

        check.Verdict.ShouldStartWith("Whether others can reach this node is not known");
        check.Level.ShouldBe(HealthLevel.Degraded);
    }

    [Fact]
    public void A_node_that_does_not_listen_finds_that_out_by_itself()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        alice.Listen = [PeerAddress.Of(AlicesHost, 1)];

        Run(alice).Verdict.ShouldBe("The node does not even answer itself at 10.0.0.1:1 (refused). Worth a look: dial-back.");
    }

    [Fact]
    public void Who_does_not_know_how_is_not_asked()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var carol = Join(alice, Identities.Carol(), FarHost);

        Run(alice).DialBacks.ShouldHaveSingleItem().Outcome.ShouldBe(DialBackOutcome.Unable);

        carol.HearNothing();
    }

    [Fact]
    public void Who_does_not_answer_is_waited_for_and_who_asks_meanwhile_gets_the_same()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var carol = Meet(alice, Identities.Carol(), FarHost);
        Tell(alice, new NetcheckProtocol.Run());
        Pass(Seconds(5));
        Tell(alice, new NetcheckProtocol.Run());
        var question = carol.HearNext<CheckReach>();
        question.Port.ShouldBe(7373u);
        carol.TryHear().ShouldBeNull("it is asked once");
        Pass(Seconds(9.5));
        ExpectNoMsg(TimeSpan.Zero);

        Pass(Seconds(1));

        var first = ExpectMsg<MeshNetcheck>();
        ExpectMsg<MeshNetcheck>().ShouldBeSameAs(first);
        first.DialBacks.ShouldHaveSingleItem().Outcome.ShouldBe(DialBackOutcome.NoAnswer);
        first.Verdict.ShouldEndWith("no peer that was asked to dial back has answered.");

        // An answer that comes late is no offence.
        carol.Say(new Envelope { ReachChecked = new ReachChecked { Nonce = question.Nonce } });
        Run(alice).DialBacks.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            d => d.Outcome.ShouldBe(DialBackOutcome.Reached), d => d.Dialled.ShouldBeNull());
        PeersOf(alice).ShouldHaveSingleItem().Reputation.ShouldBe(0);
    }

    [Fact]
    public void A_stranger_who_hangs_up_meanwhile_is_still_told_of()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Meet(alice, Identities.Carol(), FarHost);
        Tell(alice, new NetcheckProtocol.Run());

        Knock(alice, Identities.Numbered(1), HostOf(1)).Close();
        Knock(alice, Identities.Carol(), FarHost).Close();

        var rejection = Next(alice, MeshEventKind.PeerRejected);
        (rejection.Reason, ((PeerAddress.Ip)rejection.Address!).EndPoint.Address).ShouldBe((Reason.HandshakeRejected, HostOf(1)));
        ExpectNo(alice, MeshEventKind.PeerRejected);

        Pass(Seconds(21));
        Knock(alice, Identities.Carol(), FarHost).Close();
        Next(alice, MeshEventKind.PeerRejected);
    }

    [Fact]
    public void Bootstrap_nodes_are_dialled_unless_they_are_connected()
    {
        var (bob, carol) = (Start(Identities.Bob(), BobsHost), Start(Identities.Carol(), HostOf(3)));
        Settings = Settings with
        {
            Discovery = Settings.Discovery with
            {
                BootstrapNodes =
                [
                    new PeerTarget(bob.Address), new PeerTarget(carol.Address, carol.Id), new PeerTarget(carol.Address, Identities.Numbered(9).Id),
                    PeerTarget.Parse("nowhere.example:7373"), new PeerTarget(PeerAddress.Of(AlicesHost, 7373)),
                ],
            },
        };
        var alice = Start(Identities.Alice(), AlicesHost);
        Add(alice, bob);

        var nodes = Run(alice).Bootstrap;

        nodes.Select(n => n.Connected).ShouldBe([true, false, false, false, false]);
        nodes.Select(n => n.Failure).ShouldBe([null, null, Reason.KeyMismatch, Reason.NameNotFound, Reason.SelfConnection]);
        nodes.Select(n => n.Answers).ShouldBe([true, true, false, false, true]);
        nodes[0].Addresses.ShouldBe([BobsHost]);
        PeersOf(alice).Length.ShouldBe(1, "nobody was connected by it");
    }

    private MeshNetcheck Run(Node node)
    {
        Tell(node, new NetcheckProtocol.Run());
        return ExpectMsg<MeshNetcheck>();
    }

    /// <summary>Somebody who is let in and says that it dials back.</summary>
    private FarEnd Meet(Node node, NodeIdentity stranger, IPAddress from)
    {
        var far = Knock(node, stranger, from);
        far.Say(Handshake.Hello("meshara", "test", 0, null, new PeerRecord(stranger.PublicKey, 1, [], []).Sign(stranger), Handshake.CheckReach));
        far.Hear<Hello>().Capabilities.ShouldContain(Handshake.CheckReach);
        Pass(Seconds(0.1));
        far.Say(new Envelope { Pong = new Pong { Nonce = far.Hear<Ping>().Nonce } });
        return far;
    }

    private sealed class OneWay(IPeerTransport network, IPAddress own, HashSet<IPAddress> unreachable) : IPeerTransport
    {
        public Task<IPeerLink> DialAsync(PeerAddress address, NodeId? expected, CancellationToken cancellation)
        {
            var isCutOff = address is PeerAddress.Ip ip && unreachable.Contains(ip.EndPoint.Address) && !ip.EndPoint.Address.Equals(own);
            return isCutOff
                ? Task.FromException<IPeerLink>(new TransportException(Reason.Unreachable, $"{address} is cut off."))
                : network.DialAsync(address, expected, cancellation);
        }

        public IPeerListener Listen(ListenAddress address) => network.Listen(address);
    }
}
