using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

/// <summary>Both sides found each other at once: every order of every message ends with one connection, the same one on both sides.</summary>
public sealed class CrossingDialsTests
{
    private static readonly NodeId Small = NodeId.Parse(new string('1', 64)), Large = NodeId.Parse(new string('2', 64));

    [Theory]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 0, 1 })]
    [InlineData(new[] { 1, 0 })]
    [InlineData(new[] { 0, 0 })]
    [InlineData(new[] { 0, 0, 1 })]
    [InlineData(new[] { 1, 1, 0 })]
    public void Both_sides_keep_one_and_the_same_connection(int[] diallers)
    {
        var outcomes = CrossingDials.Outcomes(CrossingDials.Of(Small, Large, diallers)).ToList();

        outcomes.ShouldNotBeEmpty();
        foreach (var outcome in outcomes)
        {
            var kept = outcome.OpenAt(0).ToList();
            kept.Count.ShouldBe(1, outcome.Trace);
            outcome.OpenAt(1).ShouldBe(kept, outcome.Trace);
            outcome.Rosters[0].Entries.Count.ShouldBe(1, outcome.Trace);
            outcome.Rosters[1].Entries.Count.ShouldBe(1, outcome.Trace);
        }
    }
}
