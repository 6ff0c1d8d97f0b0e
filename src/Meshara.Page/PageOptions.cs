using System.Collections.Immutable;
using Meshara.Actors.Configuration;

namespace Meshara.Page;

/// <summary>What the page needs beside the node.</summary>
internal sealed record PageOptions(PageAddress Address)
{
    /// <summary>The node's settings as they are now, and where each is from; empty: that is not shown.</summary>
    public Func<ImmutableArray<EffectiveValue>> Configuration { get; init; } = () => [];

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
