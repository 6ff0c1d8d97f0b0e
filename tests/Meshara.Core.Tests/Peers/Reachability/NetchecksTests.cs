using System.Collections.Immutable;
using System.Net;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;
using Shouldly;
using Xunit;
using static Meshara.Core.Peers.HealthLevel;

namespace Meshara.Core.Tests.Peers.Reachability;

/// <summary>What is made of that which a node has found out about its network.</summary>
public sealed class NetchecksTests
{
    private const string Far = "203.0.113.5:4321", Near = "192.168.1.5:4321", Loop = "127.0.0.1:4321";

    private static readonly NetcheckFacts Well = new()
    {
        Connected = 1,
        UsesMdns = true,
        Bootstraps = true,
        Mdns = new("mdns-down", Healthy, "The local network is searched.", null),
        Clock = new("clock-skew", Healthy, "The clock agrees with those of most peers.", null),
        ClockOffsets = [TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero],
        Interfaces = [Interface("eth0", sent: 5, heard: 8, others: 3)],
        Listen = [Self(Near, null)],
        DialBacks = [Peer(Far, DialBackOutcome.Reached)],
    };

    [Fact]
    public void Where_all_is_well_the_verdict_says_where_others_reach_the_node()
    {
        var check = Netchecks.Judge(Well);

        (check.Level, check.Verdict).ShouldBe((Healthy, "Other nodes can reach this one at 203.0.113.5:4321."));
        check.Findings.Select(f => f.Name).ShouldBe(["interfaces", "listen", "dial-back", "bootstrap", "clock"]);
        check.Findings.ShouldAllBe(f => f.Level == Healthy && f.Remedy == null);
        check.Clock.ShouldBe(new ClockCheck(3, TimeSpan.Zero));
    }

    public static TheoryData<string, HealthLevel, string> DialBacks => new()
    {
        { "", Degraded, "Whether others can reach this node is not known: no peer is connected that could dial back." },
        { "far:reached", Healthy, "Other nodes can reach this one at 203.0.113.5:4321." },
        { "far:reached far:reached far:refused", Healthy, "Other nodes can reach this one at 203.0.113.5:4321." },
        { "far:reached far:refused", Degraded, "Other nodes can reach this one at 203.0.113.5:4321, but 1 of 2 could not: the port is closed at 203.0.113.5:4321 (refused)." },
        { "far:reached near:refused", Healthy, "Other nodes can reach this one at 203.0.113.5:4321." },
        { "near:reached", Healthy, "Nodes on the local network can reach this one at 192.168.1.5:4321; nobody elsewhere has tried." },
        { "loop:reached", Healthy, "Nodes on this machine can reach this one at 127.0.0.1:4321; nobody elsewhere has tried." },
        { "near:reached far:silent", Healthy, "Nodes on the local network can reach this one at 192.168.1.5:4321; nobody elsewhere has tried." },
        { "near:reached far:late", Degraded, "Nodes on the local network can reach this one at 192.168.1.5:4321; those elsewhere cannot: nothing answers in time at 203.0.113.5:4321 (handshake-timeout)." },
        { "far:refused", Failing, "No peer could dial back: the port is closed at 203.0.113.5:4321 (refused)." },
        { "near:refused far:late", Failing, "No peer could dial back: nothing answers in time at 203.0.113.5:4321 (handshake-timeout)." },
        { "far:other", Failing, "No peer could dial back: another node answers at 203.0.113.5:4321 (key-mismatch)." },
        { "far:stranger", Failing, "No peer could dial back: what answers at 203.0.113.5:4321 does not speak for this node (alpn-mismatch)." },
        { "far:nowhere", Failing, "No peer could dial back: there is no way to this node at 203.0.113.5:4321 (unreachable)." },
        { "far:refused far:busy far:silent", Failing, "No peer could dial back: the port is closed at 203.0.113.5:4321 (refused)." },
        { "far:unable", Degraded, "Whether others can reach this node is not known: the connected peers do not know how to dial back." },
        { "far:busy", Degraded, "Whether others can reach this node is not known: the peers were asked too often." },
        { "far:silent", Degraded, "Whether others can reach this node is not known: no peer that was asked to dial back has answered." },
    };

    [Theory]
    [MemberData(nameof(DialBacks))]
    public void The_verdict_follows_from_what_those_say_who_were_asked(string peers, HealthLevel level, string verdict)
    {
        var check = Netchecks.Judge(Well with { DialBacks = [.. peers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Peer)] });

        (check.Level, check.Verdict).ShouldBe((level, verdict));
        (check.Findings[2].Remedy is null).ShouldBe(level == Healthy);
    }

    [Fact]
    public void A_peer_that_does_not_say_where_it_has_reached_the_node_is_believed_all_the_same() =>
        Verdict(Well with { DialBacks = [Peer(Far, DialBackOutcome.Reached) with { Dialled = null }] }).ShouldBe("Other nodes can reach this one.");

    [Theory]
    [InlineData("203.0.113.5", "203.0.113.5:4321", "Let the node's TCP port in through the firewall")]
    [InlineData("203.0.113.5", "127.0.0.1:4321", "This machine has that address, but the node does not listen there")]
    [InlineData("192.168.1.5", "192.168.1.5:4321", "Forward the node's TCP port from the router")]
    public void What_to_do_depends_on_whose_address_it_is(string own, string listen, string remedy) =>
        Finding(
            Well with
            {
                Interfaces = [Interface("eth0", 5, 8, 3) with { Addresses = [IPAddress.Parse(own)] }],
                Listen = [Self(listen, null)],
                DialBacks = [Peer(Far, DialBackOutcome.NotReached, Reason.Refused)],
            },
            2).Remedy!.ShouldStartWith(remedy);

    [Fact]
    public void A_node_that_is_cut_off_is_told_that_first()
    {
        var check = Netchecks.Judge(Well with { AwaySince = DateTimeOffset.UnixEpoch });

        check.Level.ShouldBe(Failing);
        check.Verdict.ShouldStartWith("This node is cut off from the network since 1970-01-01 00:00:00Z");
    }

    [Fact]
    public void A_node_that_does_not_answer_itself_is_told_that_before_what_others_say()
    {
        var deaf = Netchecks.Judge(Well with { Listen = [Self(Near, Reason.Refused)], DialBacks = [Peer(Far, DialBackOutcome.NotReached, Reason.Refused)] });
        (deaf.Level, deaf.Verdict).ShouldBe(
            (Failing, "The node does not even answer itself at 192.168.1.5:4321 (refused). Worth a look: dial-back."));

        var half = Netchecks.Judge(Well with { Listen = [Self(Loop, null), Self(Near, Reason.KeyMismatch)] });
        (half.Level, half.Findings[1].Level).ShouldBe((Degraded, Degraded));
        half.Findings[1].Remedy.ShouldBe("Another node answers there: stop that one, or listen elsewhere.");
        half.Verdict.ShouldBe("Other nodes can reach this one at 203.0.113.5:4321. Worth a look: listen.");
    }

    [Theory]
    [InlineData(5, 8, 3, 0, Healthy, "Multicast goes out and comes in on eth0.")]
    [InlineData(5, 5, 0, 0, Healthy, "Multicast works; on eth0 no other machine was heard: this one may be alone there, or the network may not carry multicast.")]
    [InlineData(5, 0, 0, 0, Degraded, "Nothing comes in by multicast on eth0, not even what this node sends there itself.")]
    [InlineData(0, 0, 0, 4, Degraded, "Nothing could be sent by multicast on eth0.")]
    [InlineData(0, 0, 0, 0, Healthy, "Nothing was sent by multicast yet.")]
    public void Multicast_is_judged_by_interface(long sent, long heard, long others, long errors, HealthLevel level, string cause) =>
        Finding(Well with { Interfaces = [Interface("eth0", sent, heard, others, errors), Interface("docker0", 0, 0, 0) with { UsedByMdns = false }] }, 0)
            .ShouldSatisfyAllConditions(f => f.Level.ShouldBe(level), f => f.Cause.ShouldBe(cause));

    [Fact]
    public void Without_mdns_the_interfaces_say_so_and_with_trouble_they_say_what()
    {
        Finding(Well with { UsesMdns = false }, 0).Cause.ShouldBe("The local network is not searched: mDNS is off.");
        Finding(Well with { Mdns = new("mdns-down", Degraded, "Port 5353 is taken.", "Free it.") }, 0)
            .ShouldBe(new HealthFinding("interfaces", Degraded, "Port 5353 is taken.", "Free it."));
    }

    [Theory]
    [InlineData("", 1, Healthy, "No bootstrap nodes are configured.")]
    [InlineData("ok", 1, Healthy, "The bootstrap node answers.")]
    [InlineData("ok self", 1, Healthy, "All 2 bootstrap nodes answer.")]
    [InlineData("ok refused", 1, Degraded, "1 of 2 bootstrap nodes do not answer: b1.example:7373 (refused).")]
    [InlineData("unknown refused", 1, Degraded, "No bootstrap node answers: b0.example:7373 (name-not-found).")]
    [InlineData("unknown refused", 0, Failing, "No bootstrap node answers: b0.example:7373 (name-not-found).")]
    public void A_way_into_the_network_is_missed_most_where_nobody_is_connected(string nodes, int connected, HealthLevel level, string cause) =>
        Finding(Well with { Connected = connected, Bootstrap = [.. nodes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Node)] }, 3)
            .ShouldSatisfyAllConditions(f => f.Level.ShouldBe(level), f => f.Cause.ShouldBe(cause), f => (f.Remedy is null).ShouldBe(level == Healthy));

    [Fact]
    public void Bootstrap_nodes_that_are_not_used_are_told_as_that() =>
        Finding(Well with { Bootstraps = false, Bootstrap = [Node("ok", 0)] }, 3).Cause.ShouldBe("The bootstrap node answers, but the method bootstrap is not enabled.");

    [Fact]
    public void The_clock_is_told_with_those_it_was_read_from()
    {
        Finding(Well, 4).Cause.ShouldBe("The clock agrees with those of most peers (3 peers).");
        Netchecks.Judge(Well with { ClockOffsets = [TimeSpan.Zero] }).Clock.ShouldBe(new ClockCheck(1, null));
        Netchecks.Judge(Well with
        {
            ClockOffsets = [TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.Zero],
            Clock = new("clock-skew", Degraded, "It is behind.", "Set it."),
        }).Clock.ShouldBe(new ClockCheck(3, TimeSpan.FromHours(1)));
    }

    private static string Verdict(NetcheckFacts facts) => Netchecks.Judge(facts).Verdict;

    private static HealthFinding Finding(NetcheckFacts facts, int index) => Netchecks.Judge(facts).Findings[index];

    private static InterfaceCheck Interface(string name, long sent, long heard, long others, long errors = 0) =>
        new(name, [IPAddress.Loopback], true, true, sent, heard, others, errors);

    private static DialCheck Self(string at, Reason? failure) => new(PeerAddress.Parse(at), TimeSpan.Zero, failure, null);

    private static DialBackCheck Peer(string text)
    {
        var (at, what) = (text.Split(':')[0], text.Split(':')[1]);
        var address = at switch { "far" => Far, "near" => Near, _ => Loop };
        return what switch
        {
            "reached" => Peer(address, DialBackOutcome.Reached),
            "busy" => Peer(address, DialBackOutcome.Busy),
            "silent" => Peer(address, DialBackOutcome.NoAnswer),
            "unable" => Peer(address, DialBackOutcome.Unable),
            "refused" => Peer(address, DialBackOutcome.NotReached, Reason.Refused),
            "late" => Peer(address, DialBackOutcome.NotReached, Reason.HandshakeTimeout),
            "other" => Peer(address, DialBackOutcome.NotReached, Reason.KeyMismatch),
            "stranger" => Peer(address, DialBackOutcome.NotReached, Reason.AlpnMismatch),
            _ => Peer(address, DialBackOutcome.NotReached, Reason.Unreachable),
        };
    }

    private static DialBackCheck Peer(string at, DialBackOutcome outcome, Reason? failure = null) =>
        new(NodeId.Parse(new string('a', 64)), PeerAddress.Parse(at), at != Far, outcome, PeerAddress.Parse(at), failure);

    private static BootstrapCheck Node(string what, int number) => new(
        new PeerTarget(PeerAddress.Parse($"b{number}.example:7373")),
        ImmutableArray<IPAddress>.Empty,
        Connected: false,
        TimeSpan.Zero,
        what switch { "ok" => null, "self" => Reason.SelfConnection, "refused" => Reason.Refused, _ => Reason.NameNotFound },
        null);
}
