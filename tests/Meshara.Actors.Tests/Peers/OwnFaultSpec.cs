using System.Net;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Meshara.Actors.Tests.Peers;

/// <summary>A cable is pulled, a laptop sleeps: it is this node that was away, and nobody else is blamed.</summary>
public sealed class OwnFaultSpec : MeshSpec
{
    private readonly ITestOutputHelper _output;
    private readonly List<Node> _others = [];

    public OwnFaultSpec(ITestOutputHelper output)
    {
        _output = output;
        SeekPeers(6, 16);
    }

    [Fact]
    public void A_cut_of_a_minute_costs_nobody_anything_and_heals_within_seconds()
    {
        var node = Mesh();
        Cut(node);
        Pass(TimeSpan.FromMinutes(1), Seconds(0.5));

        PeersOf(node).ShouldBeEmpty();
        StatusOf(node).Problems.ShouldContain(p => p.StartsWith("This node is cut off from the network since", StringComparison.Ordinal));
        Heal(node);
        Pass(Seconds(5));

        PeersOf(node).Length.ShouldBe(6);
        StatusOf(node).Problems.ShouldBeEmpty();
        node.Disk.Book.Peers.Values.ShouldAllBe(p => p.Reputation.Score == 0 && p.Ban == null);
        _others.ShouldAllBe(o => o.Disk[node.Id]!.Ban == null && o.Disk[node.Id]!.Reputation.Score >= -10);
    }

    [Fact]
    public void Nineteen_of_twenty_outages_are_over_5_seconds_after_the_network_is_back_from_the_store_alone()
    {
        var hub = Enter(0);
        _others.AddRange(Enumerable.Range(1, 8).Select(n => Enter(n, hub)));
        var node = Enter(9, hub);
        Pass(TimeSpan.FromMinutes(2), Seconds(0.5));
        Crash(hub);
        Pass(TimeSpan.FromMinutes(1), Seconds(0.5));
        var chance = new Random(4);

        var times = Enumerable.Range(0, 20).Select(_ => TimeOfRecovery(node, TimeSpan.FromSeconds(60 + (chance.NextDouble() * 240)))).Order().ToList();

        _output.WriteLine($"Back at the target after {string.Join(", ", times.Select(t => $"{t.TotalSeconds:0.0}"))} s.");
        times[18].ShouldBeLessThanOrEqualTo(Seconds(5), string.Join(", ", times));
        node.Disk.Book.Peers.Values.ShouldAllBe(p => p.Id == hub.Id || (p.Reputation.Score >= 0 && p.Ban == null));
    }

    [Fact]
    public void When_the_network_is_back_nobody_is_left_to_an_old_wait()
    {
        var late = Start(Identities.Numbered(20), IPAddress.Parse("10.2.0.20"));
        var node = Mesh(late);
        Crash(late);
        Pass(TimeSpan.FromMinutes(30), Seconds(1));
        Cut(node);
        Network.Partition(node.Host, late.Host);
        Pass(TimeSpan.FromMinutes(1), Seconds(0.5));

        Start(late);
        Network.Heal(node.Host, late.Host);
        Heal(node);
        Pass(Seconds(5));

        PeersOf(node).ShouldContain(p => p.PeerId == late.Id);
    }

    [Fact]
    public void One_dead_peer_among_many_is_judged_after_a_while()
    {
        var node = Mesh();
        Crash(_others[2]);
        Pass(Seconds(1));
        node.Disk[_others[2].Id]!.Reputation.Score.ShouldBe(0);

        Pass(Seconds(20));

        node.Disk[_others[2].Id]!.Reputation.Score.ShouldBeLessThan(0);
        StatusOf(node).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Strangers_who_come_and_vanish_do_not_have_it_believe_that_it_is_cut_off_or_ask_everybody_again_and_again()
    {
        var node = Start(Identities.Numbered(9), IPAddress.Parse("10.2.0.9"));
        var guest = Join(node, Identities.Numbered(10), IPAddress.Parse("10.3.0.1"));
        var asked = 0;
        for (var n = 0; n < 20; n++)
        {
            Join(node, Identities.Numbered(20 + n), IPAddress.Parse($"10.4.{n}.1")).Close();
            Pass(Seconds(0.5));
            while (guest.TryHear() is { } heard)
            {
                if (heard.Ping is { } ping)
                {
                    asked++;
                    guest.Say(new Envelope { Pong = new Pong { Nonce = ping.Nonce } });
                }
            }
        }

        asked.ShouldBe(1);
        ExpectNo(node, MeshEventKind.HealthChanged);
        Pass(Seconds(20));
        node.Disk[Identities.Numbered(39).Id]!.Reputation.Score.ShouldBeLessThan(0);
    }

    [Fact]
    public void Without_a_network_the_first_loss_is_nobodys_fault()
    {
        var node = Mesh();
        node.HasNetwork = false;
        Crash(_others[2]);
        Pass(Seconds(20));

        node.Disk[_others[2].Id]!.Reputation.Score.ShouldBe(0);
    }

    /// <summary>From when the network is back until the node has six peers.</summary>
    private TimeSpan TimeOfRecovery(Node node, TimeSpan outage)
    {
        Cut(node);
        Pass(outage, Seconds(0.5));
        PeersOf(node).ShouldBeEmpty();
        Heal(node);
        var began = Scheduler.Now;
        while (PeersOf(node).Length < 6)
        {
            (Scheduler.Now - began).ShouldBeLessThan(TimeSpan.FromMinutes(1));
            Pass(Seconds(0.1));
        }

        var time = Scheduler.Now - began;
        Pass(TimeSpan.FromMinutes(2), Seconds(0.5));
        return time;
    }

    /// <summary>A node among six others, connected with all of them.</summary>
    private Node Mesh(params Node[] configured)
    {
        _others.AddRange(Enumerable.Range(1, 6).Select(n => Start(Identities.Numbered(n), IPAddress.Parse($"10.2.0.{n}"))));
        var settings = Settings;
        Settings = settings with { Discovery = settings.Discovery with { BootstrapNodes = [.. _others.Select(o => new PeerTarget(o.Address, null))] } };
        var node = Start(Identities.Numbered(9), IPAddress.Parse("10.2.0.9"), configured);
        Settings = settings;
        Pass(Seconds(5));
        PeersOf(node).Length.ShouldBe(6 + configured.Length);
        Pass(TimeSpan.FromMinutes(1), Seconds(0.5));
        return node;
    }

    private void Cut(Node node) => _others.ForEach(o => Network.Partition(node.Host, o.Host));

    private void Heal(Node node) => _others.ForEach(o => Network.Heal(node.Host, o.Host));
}
