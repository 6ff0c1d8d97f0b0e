using Meshara.Node.Tests.EndToEnd;
using Meshara.Node.Tests.Lan;
using Xunit;
using Xunit.Abstractions;

// These tests wait for processes more than they compute, so one more may run at a time than even a small machine has cores.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: TestCollectionOrderer("Meshara.Node.Tests.LongestFirst", "Meshara.Node.Tests")]

namespace Meshara.Node.Tests;

/// <summary>What takes longest begins first: begun last, it would run alone at the end, on a machine that waits with it.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest = [nameof(NetworkCutTests), Lan.Lan.Collection, nameof(TwoNodesTests), nameof(OneNodeTests)];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(c => Array.FindIndex(Longest, l => c.DisplayName.EndsWith(l, StringComparison.Ordinal)) is >= 0 and var place
            ? place
            : Longest.Length);
}
