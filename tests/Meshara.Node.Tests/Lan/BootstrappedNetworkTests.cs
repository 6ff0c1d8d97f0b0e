using System.Diagnostics;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Meshara.Node.Tests.Lan;

/// <summary>A network whose nodes know one address only, each on a host of its own.</summary>
[Collection(nameof(ManyNodesTests))]
public sealed class BootstrappedNetworkTests(ITestOutputHelper output) : IDisposable
{
    private const int Count = 20, Target = 6;

    /// <summary>Who came before there were enough others asks one of them a minute.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TempFolder _data = new();
    private readonly List<NodeProcess> _nodes = [];

    public void Dispose()
    {
        _nodes.ForEach(n => n.Dispose());
        _data.Dispose();
    }

    [SkippableFact]
    public async Task Twenty_nodes_enter_by_one_heal_when_half_are_killed_and_it_with_them_and_come_back_from_the_store_alone()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(Count);
        var clock = Stopwatch.StartNew();
        _nodes.Add(await NodeProcess.RunAsync(lan[1], _data["node-1"], "--no-mdns", "--profile", "bridge", "--listen", $"{lan[1].Address}:7373"));
        var way = $"{lan[1].Address}:7373@{_nodes[0].Id}";
        foreach (var some in Enumerable.Range(2, Count - 1).Chunk(5))
        {
            _nodes.AddRange(await Task.WhenAll(some.Select(i => EnterAsync(lan[i], i, way))));
        }

        await Task.WhenAll(_nodes.Select(n => n.UntilAsync(() => n.Peers.Count >= Target, Patience)));
        output.WriteLine($"{Count} nodes have {Target} peers each {clock.Elapsed.TotalSeconds:0.0} s after the first was started.");

        var (killed, left) = (_nodes.Take(Count / 2).ToList(), _nodes.Skip(Count / 2).ToList());
        var lost = killed.Select(n => n.Id).ToHashSet();
        clock.Restart();
        killed.ForEach(n => n.Kill());
        await Task.WhenAll(left.Select(n => n.UntilAsync(() => n.Peers.Count(p => !lost.Contains(p)) >= Target, Patience)));
        output.WriteLine($"The other {left.Count} have as many again {clock.Elapsed.TotalSeconds:0.0} s after half were killed.");

        left[^1].Terminate();
        (await left[^1].ExitAsync()).ShouldBe(0);
        clock.Restart();
        _nodes.Add(await EnterAsync(lan[Count], Count, way));
        var ready = clock.Elapsed;
        await _nodes[^1].UntilAsync(() => _nodes[^1].Peers.Count >= Target, Patience);
        output.WriteLine($"One that was restarted has them from its store {(clock.Elapsed - ready).TotalSeconds:0.0} s after it was ready.");
        _nodes[^1].Peers.ShouldAllBe(p => !lost.Contains(p));
    }

    private Task<NodeProcess> EnterAsync(LanHost host, int number, string way) => NodeProcess.RunAsync(
        host, _data[$"node-{number}"], "--no-mdns", "--bootstrap", way, "--set", $"discovery.target-peers={Target}");
}
