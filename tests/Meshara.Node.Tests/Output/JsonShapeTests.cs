using System.Text.Json.Nodes;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Output;

/// <summary>Scripts rely on these names: one that goes or is renamed breaks them, a new one goes at the end.</summary>
public sealed class JsonShapeTests : IDisposable
{
    private const string Peer =
        "peerId:string,publicKey:string,address:string,direction:string,connectedSince:string,bytesSent:number,bytesReceived:number,"
        + "lastSeen:string,reputation:number,rttMs:number,agent:string,source:string,protected:bool";

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Each_command_prints_the_approved_names_in_the_approved_order()
    {
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", "127.0.0.1:0");
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", "127.0.0.1:0", "--peer", two.Address);
        await one.NextAsync("peer-connected");
        Shape.Of(one.Ready).ShouldBe("{event:ready,nodeId:string,publicKey:string,listen:[string],data:string,pid:number}");

        await Approve("{schema:1,nodeId:string,publicKey:string}", "id");
        await Approve("{schema:1,peerId:string,rttMs:number}", "ping", two.Id);
        await Approve("{schema:1,peerId:string,queued:bool}", "send", two.Id, "chat", "hello");
        await Approve(
            "{schema:1,level:string,verdict:string,findings:[{name:string,level:string,cause:string,remedy:null}],"
            + "interfaces:[{name:string,addresses:[string],multicast:bool,mdns:bool,packetsOut:number,packetsIn:number,packetsFromOthers:number,"
            + "errors:number}],listen:[{address:string,ok:bool,tookMs:number,reason:null,detail:null}],"
            + "dialBack:[{peerId:string,address:string,local:bool,outcome:string,dialled:string,reason:null,tookMs:number,ageSeconds:number}],"
            + "bootstrap:[],clock:{peers:number,offsetSeconds:null}}", "netcheck");
        await Approve(
            "{schema:1,nodeId:string,publicKey:string,network:string,listen:[string],data:string,pid:number,since:string,connected:number,"
            + "known:number,dialling:number,handshakes:number,rejections:{},healthy:bool,problems:[]}", "status");
        await Approve("{schema:1,level:string,findings:[{name:string,level:string,cause:string,remedy:null}]}", "health");
        await Approve($"{{schema:1,peers:[{{{Peer}}}]}}", "peers");
        await Approve("{schema:1,nodes:[]}", "discover");
        await Approve(
            $"{{schema:1,{Peer},firstSeen:string,bannedUntil:null,removedUntil:null,"
            + "addresses:[{address:string,proven:bool,lastTry:string,lastFailure:null}]}", "peer", "show", two.Id);
        await Approve($"{{schema:1,peerId:string,alreadyConnected:bool,peer:{{{Peer}}}}}", "peer", "add", two.Address);
        await Approve("{schema:1,peerId:string,removed:bool}", "peer", "remove", two.Id);
        await Approve("{schema:1,peers:[]}", "peers");
        await one.NextAsync("peer-disconnected");
        (await NodeProcess.CommandAsync("peer", "add", "127.0.0.1:1", "--json", "--data", _data["one"])).Exit.ShouldBe(1);
        await Approve(
            """
            {event:ready,at:string,peerId:string}
            {event:peer-discovered,at:string,peerId:string,address:string,direction:string,source:string}
            {event:peer-connected,at:string,peerId:string,address:string,direction:string,source:string}
            {event:peer-removed,at:string,peerId:string,reason:string}
            {event:peer-disconnected,at:string,peerId:string,address:string,direction:string,source:string,reason:string,score:number}
            {event:dial-failed,at:string,address:string,direction:string,source:string,reason:string,detail:string}
            """, "events");
    }

    private async Task Approve(string shape, params string[] command)
    {
        var (exit, output, error) = await NodeProcess.CommandAsync([.. command, "--json", "--data", _data["one"]]);

        (exit, error).ShouldBe((0, ""));
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Shape.Of(JsonNode.Parse(l)))
            .ShouldBe(shape.Split('\n').Select(l => l.Trim()), string.Join(' ', command));
    }
}
