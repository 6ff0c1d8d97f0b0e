using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers.Reachability;

/// <summary>For whom this node dials back, and whom it asks to.</summary>
public sealed class DialBackTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    [Fact]
    public void One_peer_is_served_once_a_minute()
    {
        var budget = new DialBackBudget().Take(Peer(1), Start)!.End();

        budget.Take(Peer(1), Start + TimeSpan.FromSeconds(50)).ShouldBeNull();
        budget.Take(Peer(2), Start).ShouldNotBeNull();
        budget.Take(Peer(1), Start + TimeSpan.FromSeconds(54)).ShouldNotBeNull("a tenth is left to the jitter");
    }

    [Fact]
    public void Two_dials_are_under_way_at_most()
    {
        var budget = new DialBackBudget().Take(Peer(1), Start)!.Take(Peer(2), Start)!;

        budget.Take(Peer(3), Start).ShouldBeNull();
        budget.End().Take(Peer(3), Start).ShouldNotBeNull();
    }

    [Fact]
    public void Twelve_are_made_in_a_minute_whoever_asks()
    {
        var budget = new DialBackBudget();
        for (var n = 0; n < DialBackBudget.MaxPerMinute; n++)
        {
            budget = budget.Take(Peer(n), Start + TimeSpan.FromSeconds(n)).ShouldNotBeNull().End();
        }

        budget.Take(Peer(99), Start + TimeSpan.FromSeconds(59)).ShouldBeNull();
        budget.Take(Peer(99), Start + TimeSpan.FromSeconds(60)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("1 2 3", "1:10.0.0.1:out 2:10.0.0.2:out 3:10.0.0.3:out 4:10.0.0.4:out", "whoever is there")]
    [InlineData("4 5 1", "1:10.0.0.1:out 2:10.0.0.2:out 3:10.0.0.3:out 4:5.5.0.1:out 5:6.6.0.1:in", "each group has its turn", false)]
    [InlineData("2 3 1", "1:5.5.0.1:in 2:6.6.0.1:out 3:7.7.0.1:out", "those that this node has dialled first")]
    [InlineData("2 1", "1:5.5.0.1:out:unable 2:6.6.0.1:in", "those who know how first")]
    [InlineData("2 1", "1:5.5.0.1:out:asked 2:6.6.0.1:in", "who was asked a moment ago would only say so")]
    [InlineData("1", "1:5.5.0.1:out:unable", "that nobody knows how is told of somebody")]
    [InlineData("", "", "nobody is there")]
    public void Those_are_asked_who_see_the_node_from_most_sides(string chosen, string candidates, string why, bool inOrder = true)
    {
        var found = DialBackChoice.Of(candidates.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Candidate));

        found.ShouldBe(chosen.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse), ignoreOrder: !inOrder, why);
    }

    private static DialBackCandidate Candidate(string text)
    {
        var parts = text.Split(':');
        return new(long.Parse(parts[0], null), PeerAddress.Parse($"{parts[1]}:7373"), parts[2] == "out", !parts.Contains("unable"), parts.Contains("asked"));
    }

    private static NodeId Peer(int n) => NodeId.Parse($"{n:x64}");
}
