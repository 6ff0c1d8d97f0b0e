using System.Collections.Immutable;

namespace Meshara.Core.Peers;

/// <summary>One bootstrap node, as it was last seen.</summary>
internal sealed record BootstrapNode(PeerTarget Target)
{
    public int Failures { get; init; }

    public DateTimeOffset Due { get; init; }

    public bool InFlight { get; init; }

    public Reason? LastFailure { get; init; }
}

/// <summary>
/// When to dial which bootstrap node, immutable. While there are few peers all nodes are dialled, each again after its own
/// <see cref="Backoff"/>, until one has answered; then there is rest until the peers are few again. A node that answered is asked again
/// only after the longest wait: if it could not help now, it cannot a second later either.
/// </summary>
/// <param name="Retry">The waits after failures.</param>
/// <param name="Few">With fewer peers than this a way in is sought.</param>
internal sealed record BootstrapPlan(Backoff Retry, int Few)
{
    private ImmutableArray<BootstrapNode> Nodes { get; init; } = [];

    private int Connected { get; init; }

    private DateTimeOffset RestUntil { get; init; }

    private bool IsAwake => Connected < Few;

    /// <summary>Why nobody can be reached: nobody is connected, and the last try of each node failed. Null otherwise.</summary>
    public string? NoWayIn => Connected == 0 && Nodes.Length > 0 && Nodes.All(n => n.LastFailure is not null)
        ? $"no way into the network: {(Nodes.Length == 1 ? "the bootstrap node does" : $"the {Nodes.Length} bootstrap nodes do")} not answer ("
            + string.Join(", ", Nodes.Take(3).Select(n => $"{n.Target.Address} {n.LastFailure!.Value.Name()}")) + (Nodes.Length > 3 ? ", ..." : "") + ")"
        : null;

    public static BootstrapPlan Of(IEnumerable<PeerTarget> nodes, Backoff retry, int few) =>
        new(retry, few) { Nodes = [.. nodes.DistinctBy(n => n.Address).Select(n => new BootstrapNode(n))] };

    /// <summary>The same for other nodes; of those that stay it is still known how they answered, and a new one is dialled without waiting for others.</summary>
    public BootstrapPlan Over(IEnumerable<PeerTarget> nodes, Backoff retry, int few)
    {
        var next = Of(nodes, retry, few);
        var added = next.Nodes.Any(n => Nodes.All(old => old.Target != n.Target));
        return next with
        {
            Connected = Connected,
            RestUntil = added ? default : RestUntil,
            Nodes = [.. next.Nodes.Select(n => Nodes.FirstOrDefault(old => old.Target == n.Target) ?? n)],
        };
    }

    public BootstrapPlan With(int connected) => this with { Connected = connected };

    /// <summary>The nodes to dial now.</summary>
    public IEnumerable<PeerTarget> DueAt(DateTimeOffset now) =>
        IsAwake && now >= RestUntil ? Nodes.Where(n => !n.InFlight && now >= n.Due).Select(n => n.Target) : [];

    /// <summary>When there will be something to do; null while there are enough peers, or all nodes are being dialled.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            var waiting = IsAwake ? Nodes.Where(n => !n.InFlight).ToList() : [];
            return waiting.Count == 0 ? null : waiting.Min(n => n.Due > RestUntil ? n.Due : RestUntil);
        }
    }

    public BootstrapPlan Dialled(PeerTarget node) => Map(node, n => n with { InFlight = true });

    public BootstrapPlan Answered(PeerTarget node, DateTimeOffset now) =>
        Map(node, n => n with { InFlight = false, Failures = 0, LastFailure = null }) with { RestUntil = now + Retry.Max };

    public BootstrapPlan Failed(PeerTarget node, Reason reason, DateTimeOffset now, double chance) => Map(node, n => n with
    {
        InFlight = false, Failures = n.Failures + 1, LastFailure = reason, Due = now + Retry.Wait(n.Failures, chance),
    });

    private BootstrapPlan Map(PeerTarget node, Func<BootstrapNode, BootstrapNode> change) =>
        this with { Nodes = [.. Nodes.Select(n => n.Target == node ? change(n) : n)] };
}
