using System.Collections.Immutable;
using Meshara.Core.Peers.Reachability;

namespace Meshara.Core.Peers;

/// <summary>How bad it is.</summary>
public enum HealthLevel
{
    /// <summary>Nothing is wrong.</summary>
    Healthy = 0,

    /// <summary>The node does its work, but not all of it, or not well.</summary>
    Degraded = 1,

    /// <summary>The node does not do what it is there for.</summary>
    Failing = 2,
}

/// <summary>What one check of the health found.</summary>
/// <param name="Name">
/// Which check: <c>no-peers</c>, <c>store-behind</c>, <c>mdns-down</c>, <c>listener-down</c> or <c>clock-skew</c>; of a
/// <see cref="MeshNetcheck"/>: <c>interfaces</c>, <c>listen</c>, <c>dial-back</c>, <c>bootstrap</c> or <c>clock</c>.
/// </param>
/// <param name="Level">How bad it is.</param>
/// <param name="Cause">What was found, in one sentence; also where nothing is wrong.</param>
/// <param name="Remedy">What to do, in one sentence; null where nothing is wrong.</param>
public sealed record HealthFinding(string Name, HealthLevel Level, string Cause, string? Remedy);

/// <summary>The health of a node: one finding of each check, always in the same order.</summary>
/// <param name="Findings">The findings.</param>
public sealed record MeshHealth(ImmutableArray<HealthFinding> Findings)
{
    /// <summary>That of the worst finding.</summary>
    public HealthLevel Level => Findings.Max(f => f.Level);
}
