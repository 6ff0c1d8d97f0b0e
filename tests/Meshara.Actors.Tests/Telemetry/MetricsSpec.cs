using System.Diagnostics;
using System.Net;
using Akka.Actor;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Telemetry;
using Meshara.Actors.Tests.Peers;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using Activity = System.Diagnostics.Activity;

namespace Meshara.Actors.Tests.Telemetry;

/// <summary>What a collector sees of a node whose life is scripted.</summary>
public sealed class MetricsSpec : MeshSpec
{
    private static readonly IPAddress CarolsHost = IPAddress.Parse("10.0.0.3");

    /// <summary>Spans of other specs name other peers.</summary>
    private static readonly Core.Identity.NodeIdentity Unique = Identities.Numbered(62_222);

    private readonly Node _alice;
    private readonly Node _bob;
    private readonly Readings _seen;

    public MetricsSpec()
    {
        _alice = Measured(Identities.Alice(), AlicesHost, "alice");
        _bob = Measured(Unique, BobsHost, "bob");
        _seen = new Readings(_alice.Figures.Name);
    }

    [Fact]
    public void Peers_are_counted_by_state_direction_and_source()
    {
        _seen["meshara.peers connected outbound manual"].ShouldBe(0);

        Add(_alice, _bob);

        _seen["meshara.peers connected outbound manual"].ShouldBe(1);
        _seen["meshara.peers dialling outbound manual"].ShouldBe(0);
        _seen["meshara.known_peers"].ShouldBe(1);
        _seen.Observe().Where(r => r.Key.StartsWith("meshara.peers ", StringComparison.Ordinal)).Sum(r => r.Value).ShouldBe(1);

        Knock(_alice, Identities.Carol(), CarolsHost);
        _seen["meshara.peers handshaking inbound inbound"].ShouldBe(1);
        Crash(_bob);
        Pass(Seconds(1));
        _seen["meshara.peers connected outbound manual"].ShouldBe(0);
    }

    [Fact]
    public void Dials_and_handshakes_are_timed_by_their_outcome()
    {
        Add(_alice, _bob);
        Greet(_alice, Identities.Carol(), CarolsHost).HearNext<Hello>();
        Knock(_alice, Identities.Numbered(9), HostOf(9)).Say(FarEnd.HelloOf(Identities.Numbered(9), network: "another"));
        Knock(_alice, Identities.Numbered(8), HostOf(8));
        Pass(Settings.Connection.HandshakeTimeout + Seconds(1));
        Tell(_alice, new MeshProtocol.Add(new PeerTarget(PeerAddress.Parse("10.0.0.77:1"), null)));
        var failure = ExpectMsg<MeshProtocol.Failed>().Reason;

        _seen.Durations("meshara.dial.duration connected manual").ShouldHaveSingleItem();
        _seen.Durations($"meshara.dial.duration {failure.Name()} manual").ShouldHaveSingleItem();
        _seen.Durations("meshara.handshake.duration connected").ShouldHaveSingleItem();
        _seen.Durations("meshara.handshake.duration wrong-network").ShouldHaveSingleItem();
        _seen.Durations("meshara.handshake.duration handshake-timeout").ShouldHaveSingleItem().ShouldBe(10, tolerance: 0.2);
        _seen["meshara.rejections wrong-network"].ShouldBe(1);
        _seen["meshara.rejections handshake-timeout"].ShouldBe(1);
    }

    [Fact]
    public void Bytes_and_messages_are_counted_both_ways_and_a_heartbeat_is_timed()
    {
        using var bobs = new Readings(_bob.Figures.Name);
        Add(_alice, _bob);
        Pass(Seconds(2));
        var before = _seen["meshara.io transmit"]!.Value;

        _alice.Outboxes[_bob.Id]!.Send(Outbound.Of("chat", new byte[1000], new byte[1000], new byte[1000])).ShouldBe(SendResult.Queued);
        Pass(Seconds(2));

        _seen["meshara.messages transmit"].ShouldBe(3);
        _seen["meshara.messages receive"].ShouldBe(0);
        bobs["meshara.messages receive"].ShouldBe(3);
        (_seen["meshara.io transmit"]!.Value - before).ShouldBeInRange(3000, 3100);
        bobs["meshara.io receive"].ShouldBe(_seen["meshara.io transmit"]);
        _seen.Durations("meshara.heartbeat.rtt").ShouldNotBeEmpty();
        bobs["meshara.reputation.changes message-delivered"].ShouldBe(3);
    }

    [Fact]
    public void What_costs_a_peer_its_reputation_and_its_place_is_counted_by_cause()
    {
        Join(_alice, Identities.Carol(), CarolsHost).SayLength(uint.MaxValue);
        Pass(Seconds(1));
        Tell(_alice, new BanProtocol.BanRange(IPNetwork.Parse("192.0.2.0/24"), null, null));
        ExpectMsg<BanInfo>();

        _seen["meshara.reputation.changes protocol-violation"].ShouldBe(1);
        _seen["meshara.disconnections frame-too-large"].ShouldBe(1);
        _seen["meshara.bans frame-too-large"].ShouldBe(1);
        _seen["meshara.bans banned"].ShouldBe(1);
        _seen["meshara.banned peer"].ShouldBe(1);
        _seen["meshara.banned range"].ShouldBe(1);

        Pass(TimeSpan.FromMinutes(62), Seconds(1));
        _seen["meshara.banned peer"].ShouldBe(0);
    }

    [Fact]
    public void No_label_says_who_or_where_a_peer_is_and_all_labels_are_those_that_are_declared()
    {
        Add(_alice, _bob);
        Greet(_alice, Identities.Numbered(9), HostOf(9)).SayLength(uint.MaxValue);
        Pass(TimeSpan.FromMinutes(1), Seconds(1));
        _seen.Observe();

        _seen.Labels.Count.ShouldBeGreaterThan(20);
        foreach (var (instrument, label, value) in _seen.Labels)
        {
            Instruments.All.Single(i => i.Instrument.Name == instrument).Labels.ShouldContain(label);
            value.ShouldMatch("^[a-z]+(-[a-z]+)*$", $"{instrument} {label}");
        }
    }

    [Fact]
    public void Nothing_is_left_of_a_node_that_has_stopped()
    {
        _seen.Observe().ShouldNotBeEmpty();
        Watch(_alice.Supervisor);

        Tell(_alice, new MeshProtocol.Stop());
        Pass(Seconds(1));
        ExpectTerminated(_alice.Supervisor);

        _seen.Observe().ShouldBeEmpty();
        NodeFigures.Live.ShouldNotContain(_alice.Figures);
        NodeFigures.Live.ShouldContain(_bob.Figures);
    }

    [Fact]
    public void A_dial_is_a_span_of_its_own_that_names_the_peer_and_the_outcome()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MeshTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var mine = new Activity("mine").Start();

        Add(_alice, _bob);

        Activity.Current.ShouldBe(mine);
        var all = Snapshot().Where(s => Equals(s.GetTagItem("meshara.peer.id"), _bob.Id.ToString())).ToList();
        var dial = all.ShouldHaveSingleItem();
        (dial.OperationName, dial.Kind, dial.Status, dial.ParentId).ShouldBe(("dial", ActivityKind.Client, ActivityStatusCode.Unset, null));
        dial.GetTagItem(Labels.Outcome).ShouldBe("connected");

        Activity[] Snapshot()
        {
            lock (spans)
            {
                return [.. spans];
            }
        }
    }

    protected override void AfterAll()
    {
        _seen.Dispose();
        base.AfterAll();
        _alice.Figures.Dispose();
        _bob.Figures.Dispose();
    }

    private Node Measured(Core.Identity.NodeIdentity identity, IPAddress host, string name) =>
        Start(new Node(identity, host, new VolatileStore.Disk()) { Figures = NodeFigures.Of($"{nameof(MetricsSpec)}-{name}") });
}
