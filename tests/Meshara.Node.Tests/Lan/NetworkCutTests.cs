using System.Diagnostics;
using System.Text.Json.Nodes;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Meshara.Node.Tests.Lan;

/// <summary>A cable is pulled for a minute. Most of that this waits, so it is no load to the tests beside it.</summary>
public sealed class NetworkCutTests(ITestOutputHelper output) : IDisposable
{
    private const int Count = 4;

    private readonly TempFolder _data = new();
    private readonly List<NodeProcess> _nodes = [];

    public void Dispose()
    {
        _nodes.ForEach(n => n.Dispose());
        _data.Dispose();
    }

    [SkippableFact]
    public async Task A_cut_of_a_minute_costs_nobody_a_ban_and_heals_in_seconds()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(Count);
        _nodes.Add(await NodeProcess.RunAsync(lan[1], _data["node-1"], "--no-mdns", "--listen", $"{lan[1].Address}:7373"));
        _nodes.AddRange(await Task.WhenAll(Enumerable.Range(2, Count - 1).Select(i =>
            NodeProcess.RunAsync(lan[i], _data[$"node-{i}"], "--no-mdns", "--bootstrap", $"{lan[1].Address}:7373"))));
        await AllConnectedAsync();

        // The last one has the bootstrap node, as the others have, and is alone when its cable is pulled.
        var cut = _nodes[^1];
        await lan[Count].LinkDownAsync();
        var minute = Task.Delay(TimeSpan.FromSeconds(60));
        await cut.UntilAsync(() => cut.Peers.Count == 0);
        await minute;
        await lan[Count].LinkUpAsync();
        var clock = Stopwatch.StartNew();
        await AllConnectedAsync();

        output.WriteLine($"All are connected again {clock.Elapsed.TotalSeconds:0.0} s after the network was back.");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        for (var i = 1; i <= Count; i++)
        {
            (await AskAsync(i, "bans", "bans")).ShouldBeEmpty();
        }

        (await AskAsync(Count, "known", "peers")).ShouldAllBe(p => p!["reputation"]!.GetValue<double>() >= 0);
    }

    private Task AllConnectedAsync() => Task.WhenAll(_nodes.Select(n => n.UntilAsync(() => n.Peers.Count == Count - 1)));

    private async Task<JsonArray> AskAsync(int node, string command, string list)
    {
        var (exit, json, error) = await NodeProcess.CommandAsync(command, "--json", "--data", _data[$"node-{node}"]);
        exit.ShouldBe(0, error);
        return JsonNode.Parse(json)![list]!.AsArray();
    }
}
