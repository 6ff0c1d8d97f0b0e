using System.Net;
using Meshara.Actors.Peers;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Simulation.Fleet;

/// <summary>How a node goes.</summary>
internal enum Ending
{
    /// <summary>It says goodbye to all and writes its store.</summary>
    Goodbye,

    /// <summary>As kill -9: its system closes its connections.</summary>
    Kill,

    /// <summary>Its host is gone without a word.</summary>
    PowerCut,
}

/// <summary>One node, through all its lives.</summary>
internal sealed class Member(int number, NodeIdentity identity)
{
    public const int Port = 7373;

    public int Number => number;

    public NodeIdentity Identity => identity;

    public NodeId Id { get; } = identity.Id;

    public IPAddress Host { get; set; } = HostOf(number, 0);

    public PeerAddress Address => PeerAddress.Of(Host, Port);

    /// <summary>How often its address has changed.</summary>
    public int Moves { get; set; }

    public bool IsBootstrap { get; init; }

    /// <summary>Nobody can dial it.</summary>
    public bool IsHidden { get; init; }

    /// <summary>By so much its clock is wrong.</summary>
    public TimeSpan Skew { get; init; }

    /// <summary>What its store has written.</summary>
    public StoredPeers Disk { get; set; } = StoredPeers.Empty;

    /// <summary>Its process runs.</summary>
    public bool IsUp { get; set; }

    /// <summary>Its host does; one without a process refuses connections, one that is off does not answer.</summary>
    public bool HasPower { get; set; } = true;

    /// <summary>How often it was started.</summary>
    public int Lives { get; set; }

    public TimeSpan StartedAt { get; set; }

    /// <summary>When it last started, went or moved: what breaks then is nobody's mistake.</summary>
    public TimeSpan DisturbedAt { get; set; }

    /// <summary>Who it says is connected, and since when.</summary>
    public Dictionary<int, TimeSpan> Peers { get; } = [];

    public bool HasReachedTarget { get; set; }

    /// <summary>Since when it has no peer.</summary>
    public TimeSpan AloneSince { get; set; }

    /// <summary>Since when it has none though it could have.</summary>
    public TimeSpan? NeedlesslyAloneSince { get; set; }

    /// <summary>Of whom a person was told that it stays, or is gone, for good.</summary>
    public Dictionary<int, bool> Promised { get; } = [];

    public HashSet<IPNetwork> PromisedRanges { get; } = [];

    /// <summary>Three nodes share an IPv4 /16, as customers of one provider do. A change of address leaves the provider.</summary>
    public static IPAddress HostOf(int number, int move)
    {
        var group = (number / 3) + (move * 7919);
        return new IPAddress([(byte)(11 + (group % 80)), (byte)(group / 80 % 256), (byte)(move % 256), (byte)(1 + (number % 3) + (number / 61440 * 3))]);
    }

    /// <summary>Of the randomness of its present life.</summary>
    public int SeedOf(int run) => unchecked((((run * 486187739) + number) * 16777619) + Lives);

    public override string ToString() => $"n{number}";
}
