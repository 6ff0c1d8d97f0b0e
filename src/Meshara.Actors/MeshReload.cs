using System.Collections.Immutable;

namespace Meshara.Actors;

/// <summary>A setting that another value was given to.</summary>
/// <param name="Key">Relative to the block of the node, as in <c>hocon/meshara.conf</c>.</param>
/// <param name="Before">What it was.</param>
/// <param name="After">What the configuration says now. A secret is masked, both here and before.</param>
public sealed record ChangedSetting(string Key, string Before, string After);

/// <summary>What came of reading the configuration anew.</summary>
/// <param name="Applied">What holds from now on, ordered by key.</param>
/// <param name="NeedsRestart">What the node cannot take on while it runs, and goes on without, ordered by key.</param>
public sealed record MeshReload(ImmutableArray<ChangedSetting> Applied, ImmutableArray<ChangedSetting> NeedsRestart);
