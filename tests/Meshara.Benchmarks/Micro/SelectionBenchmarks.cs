using BenchmarkDotNet.Attributes;
using Meshara.Benchmarks.Store;

namespace Meshara.Benchmarks.Micro;

/// <summary>Whom to dial of those that are known; a million of them is in the suite <c>store</c>.</summary>
public class SelectionBenchmarks
{
    private KnownWorld _world = null!;

    [Params(10_000, 100_000)]
    public int KnownPeers { get; set; }

    [GlobalSetup]
    public void Know() => _world = new KnownWorld(KnownPeers);

    [Benchmark]
    public object ChooseSixteen() => _world.Choose();

    [Benchmark]
    public object? PickOne() => _world.Pick();
}
