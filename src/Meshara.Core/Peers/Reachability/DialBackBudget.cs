using System.Collections.Immutable;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers.Reachability;

/// <summary>
/// How often this node dials back for others. It dials nobody but the one who asks, at the address where that one is connected from, so that
/// it cannot be sent against a third party; the budget keeps it from being made to dial without end.
/// </summary>
internal sealed record DialBackBudget
{
    /// <summary>Dials that are under way at a time, and dials in a minute.</summary>
    public const int MaxUnderWay = 2, MaxPerMinute = 12;

    /// <summary>How often one peer is served, whatever connection it asks on.</summary>
    public static readonly TimeSpan PerPeer = TimeSpan.FromMinutes(1);

    /// <summary>A tenth is left to the network's jitter.</summary>
    public static readonly TimeSpan LeastPerPeer = PerPeer * 0.9;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ImmutableList<(NodeId Peer, TimeSpan At)> _taken = [];
    private readonly int _underWay;

    public DialBackBudget()
    {
    }

    private DialBackBudget(ImmutableList<(NodeId Peer, TimeSpan At)> taken, int underWay) => (_taken, _underWay) = (taken, underWay);

    /// <summary>What is left when one more dial begins now for that peer; null if it must not.</summary>
    public DialBackBudget? Take(NodeId peer, TimeSpan now)
    {
        var taken = _taken.RemoveAll(t => now - t.At >= Minute);
        return _underWay >= MaxUnderWay || taken.Count >= MaxPerMinute || taken.Any(t => t.Peer == peer && now - t.At < LeastPerPeer)
            ? null
            : new DialBackBudget(taken.Add((peer, now)), _underWay + 1);
    }

    /// <summary>One of the dials is over.</summary>
    public DialBackBudget End() => new(_taken, _underWay - 1);
}
