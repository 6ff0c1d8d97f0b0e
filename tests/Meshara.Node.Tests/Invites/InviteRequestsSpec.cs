using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Node.Control;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Invites;

/// <summary>Two real nodes in one process, asked as the control socket asks them.</summary>
public sealed class InviteRequestsSpec : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly ActorSystem _system = ActorSystem.Create("invites", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }"));
    private readonly SetClock _clock = new() { Now = Noon };
    private Mesh _one = null!;
    private Mesh _two = null!;

    public async Task InitializeAsync()
    {
        _one = await StartAsync("one");
        _two = await StartAsync("two");
    }

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_ticket_of_one_node_is_all_that_another_needs()
    {
        var node = await _one.ReadyAsync();
        var invited = await InviteAsync(new Request("invite", null, null, null, null, false) { For = "1h" });
        var ticket = InviteTicket.Parse($"{invited["ticket"]}");
        (ticket.Network, ticket.Node, ticket.Expires).ShouldBe((node.Network, node.Id, Noon.AddHours(1)));
        ticket.Addresses.ShouldBe(node.Listen);

        // The tests' nodes listen on loopback alone.
        invited["onlyThisMachine"]!.GetValue<bool>().ShouldBeTrue();

        var joined = await JoinAsync(_two, ticket.ToString());

        $"{joined["peerId"]}".ShouldBe($"{node.Id}");
        joined["alreadyConnected"]!.GetValue<bool>().ShouldBeFalse();
        (await _two.ListPeersAsync()).ShouldHaveSingleItem().Protected.ShouldBeTrue();
        (await JoinAsync(_two, ticket.ToString()))["alreadyConnected"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task An_address_that_a_person_names_goes_first_and_loopback_is_left_out()
    {
        var invited = await InviteAsync(new Request("invite", null, null, null, null, false) { Address = "node.example:7373" });

        invited["addresses"]!.AsArray().Select(a => $"{a}").ShouldBe(["node.example:7373"]);
        invited["onlyThisMachine"]!.GetValue<bool>().ShouldBeFalse();
        InviteTicket.Parse($"{invited["ticket"]}").Expires.ShouldBe(Noon + InviteRequests.DefaultTime);
    }

    [Fact]
    public async Task What_cannot_be_joined_is_said_in_words_and_changes_nothing()
    {
        var node = await _one.ReadyAsync();
        var good = new InviteTicket(node.Network, node.Id, node.Listen, Noon.AddHours(1));

        await Fails(good with { Expires = Noon }, "expired-ticket", "expired at 2026-07-01 12:00:00 UTC");
        await Fails(good with { Network = "other" }, "wrong-network", "the network other, and this node belongs to meshara");
        await Fails(good with { Node = (await _two.ReadyAsync()).Id }, "self-connection", "this node's own");
        await Fails(good with { Node = NodeId.FromBytes(new byte[32]) }, "key-mismatch", $"{node.Listen[0]}: ");
        await Fails(good with { Addresses = [PeerAddress.Parse("127.0.0.1:1")] }, "refused", "127.0.0.1:1: ");
        var damaged = good.ToString();
        Should.Throw<FormatException>(() => JoinAsync(_two, damaged[..^1] + (damaged[^1] == '0' ? '1' : '0'))).Message.ShouldContain("copy all of its line");
        (await _two.ListPeersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_that_does_not_answer_is_followed_by_the_next_one()
    {
        var node = await _one.ReadyAsync();
        var ticket = new InviteTicket(node.Network, node.Id, [PeerAddress.Parse("127.0.0.1:1"), node.Listen[0]], Noon.AddHours(1));

        var joined = await JoinAsync(_two, ticket.ToString());

        $"{joined["peerId"]}".ShouldBe($"{node.Id}");
    }

    private async Task Fails(InviteTicket ticket, string reason, string sentence)
    {
        var error = (await JoinAsync(_two, ticket.ToString()))["error"]!;

        $"{error["reason"]}".ShouldBe(reason);
        $"{error["message"]}".ShouldContain(sentence);
    }

    private Task<JsonObject> InviteAsync(Request request) => new InviteRequests(_one, _clock).InviteAsync(request, CancellationToken.None);

    private Task<JsonObject> JoinAsync(Mesh mesh, string ticket) => new InviteRequests(mesh, _clock).JoinAsync(
        new Request("join", null, null, null, null, false) { Ticket = ticket }, CancellationToken.None);

    private Task<Mesh> StartAsync(string name) => Mesh.StartAsync(_system, name, ConfigurationFactory.ParseString(
        $$"""
        {{name}} { listen = "127.0.0.1:0", data = "{{_folder[name]}}", network = meshara, discovery.enabled-methods = [manual] }
        """));

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
