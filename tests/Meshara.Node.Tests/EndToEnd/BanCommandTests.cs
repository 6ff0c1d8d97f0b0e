using System.Text.Json.Nodes;
using Meshara.Node.Tests.Control;
using Meshara.Node.Tests.Output;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>Bans, the known, histories and why, as a person types them; one node for all, and a peer for those that need one.</summary>
public sealed class BanCommandTests(RunningNode one) : IClassFixture<RunningNode>, IDisposable
{
    private static readonly string Nobody = new('0', 64);

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_peer_is_banned_by_its_short_id_told_and_let_in_again()
    {
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", "127.0.0.1:0", "--peer", one.Process.Address);
        await two.NextAsync("peer-connected");
        (await JsonOf("why", two.Id[..8]))["connected"]!.GetValue<bool>().ShouldBeTrue();

        var banned = await JsonOf("peer", "ban", two.Id[..8], "--for", "1h", "--reason", "too loud");

        Shape.Of(banned).ShouldBe("{schema:1,peerId:string,range:null,since:string,until:string,cause:string,note:string}");
        (await two.NextAsync("peer-disconnected"))["reason"]!.ToString().ShouldBe("banned");
        Shape.Of(await JsonOf("bans")).ShouldBe(
            "{schema:1,bans:[{peerId:string,range:null,since:string,until:string,cause:string,note:string}]}");
        var why = await JsonOf("why", two.Id);
        Shape.Of(why).ShouldBe(
            "{schema:1,peerId:string,address:null,connected:bool,reason:string,why:string,last:string,nextTry:null,remedy:string,sentence:string}");
        why["reason"]!.ToString().ShouldBe("banned");
        (await Run("why", two.Id)).Out.ShouldContain("too loud");
        (await Run("known")).Out.ShouldContain("banned until");
        Shape.Of(await JsonOf("known")).ShouldStartWith(
            "{schema:1,peers:[{peerId:string,connected:bool,reputation:number,source:string,protected:bool,pinned:bool,table:null,firstSeen:string,lastSeen:string,"
            + "bannedUntil:string,removedUntil:null,addresses:[{address:string,proven:bool,lastTry:null,lastFailure:null,nextTry:null}]");

        (await JsonOf("peer", "unban", two.Id))["wasBanned"]!.GetValue<bool>().ShouldBeTrue();

        var shown = await JsonOf("peer", "show", two.Id, "--history");
        Shape.Of(shown["history"]!.AsArray()[^1]).ShouldBe("{at:string,event:unbanned,cause:string,delta:number,score:number,until:null,note:null}");
        shown["history"]!.AsArray().Select(e => e!["event"]!.ToString()).TakeLast(2).ShouldBe(["banned", "unbanned"]);
        (await Run("peer", "show", two.Id, "--history")).Out.ShouldContain("too loud");
        (await Run("peer", "show", two.Id)).Out.ShouldNotContain("history");
    }

    [Fact]
    public async Task A_range_is_banned_refuses_an_addition_and_is_lifted()
    {
        (await Run("peer", "ban", "192.0.2.0/24", "--for", "7d")).Out.ShouldStartWith("Banned 192.0.2.0/24 until ");
        (await Run("bans")).Out.ShouldContain("192.0.2.0/24");

        var refused = await Run("peer", "add", "192.0.2.9:7373");
        refused.Exit.ShouldBe(1);
        refused.Error.ShouldStartWith("banned: ");
        refused.Error.ShouldContain("192.0.2.0/24");
        (await Run("why", "192.0.2.9:7373")).Out.ShouldContain("the address range 192.0.2.0/24 is banned");
        (await Run("peer", "unban", "192.0.2.9")).Error.ShouldContain("192.0.2.0/24");

        (await Run("peer", "unban", "192.0.2.0/24")).Out.Trim().ShouldBe("192.0.2.0/24 is no longer banned.");
        (await Run("peer", "unban", "192.0.2.0/24")).Out.Trim().ShouldBe("192.0.2.0/24 was not banned.");
    }

    [Theory]
    [InlineData("peer", "ban", "192.0.2.7/24")]
    [InlineData("peer", "ban", "192.0.2.0/24", "--for", "soon")]
    [InlineData("peer", "ban", "192.0.2.0/24", "--for", "9999d")]
    [InlineData("peer", "ban", "192.0.2.0/24", "--reason", "two\nlines")]
    [InlineData("peer", "ban", "xyz")]
    [InlineData("why", "node.example:x")]
    [InlineData("why")]
    public async Task Wrong_usage_exits_with_2_and_bans_nobody(params string[] command)
    {
        var (exit, _, error) = await Run(command);

        exit.ShouldBe(2);
        error.ShouldNotBeEmpty();
        (await JsonOf("bans"))["bans"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_unknown_is_an_unknown_peer()
    {
        foreach (var command in new string[][] { ["peer", "ban", Nobody], ["peer", "unban", Nobody], ["why", Nobody] })
        {
            var (exit, _, error) = await Run(command);
            (exit, error[..14]).ShouldBe((1, "unknown-peer: "));
        }
    }

    private Task<(int Exit, string Out, string Error)> Run(params string[] command) => NodeProcess.CommandAsync([.. command, "--data", one.Data]);

    private async Task<JsonObject> JsonOf(params string[] command)
    {
        var (exit, output, error) = await Run([.. command, "--json"]);
        (exit, error).ShouldBe((0, ""));
        return JsonNode.Parse(output)!.AsObject();
    }
}
