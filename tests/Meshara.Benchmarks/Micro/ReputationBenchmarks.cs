using BenchmarkDotNet.Attributes;
using Meshara.Benchmarks.Store;
using Meshara.Core.Peers;

namespace Meshara.Benchmarks.Micro;

/// <summary>A score that a message moves, and one that is only looked at.</summary>
public class ReputationBenchmarks
{
    private static readonly ReputationPolicy Policy = new();

    private readonly Reputation _reputation = Reputation.New.After(ReputationCause.Timeout, Population.Epoch, Policy);
    private readonly DateTimeOffset _later = Population.Epoch.AddMinutes(1);

    [Benchmark]
    public object MoveScore() => _reputation.After(ReputationCause.MessageDelivered, _later, Policy);

    [Benchmark]
    public double ReadScore() => _reputation.ScoreAt(_later, Policy);
}
