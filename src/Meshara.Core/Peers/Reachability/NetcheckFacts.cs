using System.Collections.Immutable;

namespace Meshara.Core.Peers.Reachability;

/// <summary>All that was found out when a node looked at its network, not yet judged.</summary>
internal sealed record NetcheckFacts
{
    public ImmutableArray<InterfaceCheck> Interfaces { get; init; } = [];

    public ImmutableArray<DialCheck> Listen { get; init; } = [];

    public ImmutableArray<DialBackCheck> DialBacks { get; init; } = [];

    public ImmutableArray<BootstrapCheck> Bootstrap { get; init; } = [];

    /// <summary>How many peers are connected.</summary>
    public int Connected { get; init; }

    /// <summary>Since when this node itself is cut off from the network; null while it is not.</summary>
    public DateTimeOffset? AwaySince { get; init; }

    /// <summary>Whether the local network is searched.</summary>
    public bool UsesMdns { get; init; }

    /// <summary>Whether the node uses the bootstrap nodes that are configured.</summary>
    public bool Bootstraps { get; init; }

    /// <summary>What the health says of the search of the local network, and of the clock.</summary>
    public required HealthFinding Mdns { get; init; }

    public required HealthFinding Clock { get; init; }

    /// <summary>How far the clock is behind each connected peer's at least, as far as their records tell.</summary>
    public IReadOnlyCollection<TimeSpan> ClockOffsets { get; init; } = [];
}
