using System.Text.Json.Nodes;
using Meshara.Core.Peers;
using Meshara.Node.Tests.Output;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

public sealed class InviteCommandTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_ticket_starts_a_node_that_finds_the_one_which_invited_it()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", "127.0.0.1:0", "--network", "lab");
        var (exit, output, error) = await NodeProcess.CommandAsync("invite", "--for", "1h", "--data", _data["one"]);
        exit.ShouldBe(0, error);
        var ticket = output.Trim();
        InviteTicket.Parse(ticket).Network.ShouldBe("lab");
        error.ShouldContain("works on this machine and on no other");

        using var two = await NodeProcess.JoinAsync(_data["two"], ticket, "--listen", "127.0.0.1:0");

        $"{(await two.NextAsync("peer-connected"))["peerId"]}".ShouldBe(one.Id);
        (exit, output, error) = await NodeProcess.CommandAsync("join", ticket, "--data", _data["two"], "--json", "--listen", "127.0.0.1:0");
        exit.ShouldBe(0);
        error.ShouldStartWith("A node runs there already; --listen");
        Shape.Of(JsonNode.Parse(output)).ShouldStartWith("{schema:1,peerId:string,alreadyConnected:bool,peer:{peerId:string,");

        // No other node may be started for a ticket that is expired or damaged.
        var expired = InviteTicket.Parse(ticket) with { Expires = DateTimeOffset.UnixEpoch };
        (exit, _, error) = await NodeProcess.CommandAsync("join", $"{expired}", "--data", _data["three"]);
        exit.ShouldBe(1);
        error.ShouldStartWith("expired-ticket: The ticket expired at 1970-01-01 00:00:00 UTC");
        (exit, _, error) = await NodeProcess.CommandAsync("join", ticket[..^3], "--data", _data["three"]);
        exit.ShouldBe(2);
        error.ShouldStartWith("The ticket is damaged or not whole; copy all of its line again.");
        Directory.Exists(_data["three"]).ShouldBeFalse();
    }
}
