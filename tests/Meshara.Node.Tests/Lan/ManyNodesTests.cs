using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Lan;

/// <summary>A LAN full of nodes. So many runtimes are all that one machine can run at a time, so nothing else runs beside them.</summary>
[CollectionDefinition(nameof(ManyNodesTests), DisableParallelization = true)]
[Collection(nameof(ManyNodesTests))]
public sealed class ManyNodesTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task Twenty_nodes_on_one_bridge_all_reach_their_target_without_a_storm()
    {
        const int Count = 20, Target = 8;
        Lan.Require();
        await using var lan = await Lan.CreateAsync(Count);
        var nodes = new List<NodeProcess>();
        try
        {
            // A few at a time: to start twenty runtimes at once would measure the machine.
            foreach (var some in Enumerable.Range(1, Count).Chunk(5))
            {
                nodes.AddRange(await Task.WhenAll(some.Select(i =>
                    NodeProcess.RunAsync(lan[i], _data[$"node-{i}"], "--set", $"discovery.target-peers={Target}"))));
            }

            await Task.WhenAll(nodes.Select(node => node.UntilAsync(() => node.Peers.Count >= Target)));

            // What they say of themselves is what they are.
            (await LanNodes.PeersAsync(_data["node-1"])).Count.ShouldBeGreaterThanOrEqualTo(Target);

            // Each connection is told by two nodes; a storm would tell many more comings and goings than there are connections.
            nodes.Sum(n => n.Lines).ShouldBeLessThan(Count * (Count + (4 * Target)));
            nodes.Sum(n => n.Errors.Count).ShouldBe(0);
        }
        finally
        {
            nodes.ForEach(n => n.Dispose());
        }
    }
}
