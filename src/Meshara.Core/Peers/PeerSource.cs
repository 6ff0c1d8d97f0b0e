namespace Meshara.Core.Peers;

/// <summary>How a peer came to be known first. The numbers are stored: none is ever reused.</summary>
public enum PeerSource
{
    /// <summary>A person added it, or it stands in the configuration.</summary>
    Manual = 1,

    /// <summary>It was seen on the local network.</summary>
    Mdns = 2,

    /// <summary>It is a configured bootstrap node.</summary>
    Bootstrap = 3,

    /// <summary>Another peer told of it.</summary>
    Exchange = 4,

    /// <summary>It dialled this node.</summary>
    Inbound = 5,

    /// <summary>It was read back from the store.</summary>
    Store = 6,
}

/// <summary>Who dialled.</summary>
public enum Direction
{
    /// <summary>The other side dialled this node.</summary>
    Inbound = 1,

    /// <summary>This node dialled the other side.</summary>
    Outbound = 2,
}
