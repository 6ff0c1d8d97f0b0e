namespace Meshara.Actors.Configuration;

/// <summary>The values of <c>discovery.enabled-methods</c>.</summary>
internal static class DiscoveryMethod
{
    /// <summary>Peers that a person adds.</summary>
    public const string Manual = "manual";

    /// <summary>Peers on the local network.</summary>
    public const string LocalMdns = "local-mdns";

    /// <summary>Peers that the bootstrap nodes tell of.</summary>
    public const string Bootstrap = "bootstrap";
}
