namespace Meshara.Simulation.Fleet;

/// <summary>What is simulated. Together with the version of the code it determines every event of a run.</summary>
internal sealed record Scenario
{
    public int Nodes { get; init; } = 20;

    public TimeSpan Length { get; init; } = TimeSpan.FromHours(1);

    public int Seed { get; init; } = 7;

    /// <summary>The share of the nodes that go in an hour, each to come back after some minutes.</summary>
    public double ChurnPerHour { get; init; } = 0.2;

    /// <summary>How many peers a node strives for, and the most that it has.</summary>
    public int TargetPeers { get; init; } = 16;

    public int MaxPeers { get; init; } = 32;

    /// <summary>The shortest time from host to host, and by how much at most it takes longer.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan Jitter { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>The share of packets that is lost.</summary>
    public double Loss { get; init; } = 0.01;

    /// <summary>The share of nodes that nobody can dial.</summary>
    public double Nat { get; init; } = 0.2;

    /// <summary>How often in an hour the network falls apart in two, for some minutes.</summary>
    public double PartitionsPerHour { get; init; } = 0.5;

    /// <summary>How often in an hour the packets of some node are lost in one direction, for some minutes; in hundredths of the nodes.</summary>
    public double OneWayCutsPerHour { get; init; } = 0.02;

    /// <summary>The share of the nodes whose address changes in an hour.</summary>
    public double MovesPerHour { get; init; } = 0.05;

    /// <summary>By so much at most the clock of a node is wrong.</summary>
    public TimeSpan Skew { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often in an hour a person asks something lasting of each node.</summary>
    public double RequestsPerHour { get; init; } = 0.5;

    /// <summary>Of so many nodes one is a way into the network; there are at least two.</summary>
    public int NodesPerBootstrap { get; init; } = 50;

    public int Bootstraps => Math.Min(Nodes, Math.Max(2, Nodes / NodesPerBootstrap));

    /// <summary>All start within this: the accept rate of a few nodes that all others enter by.</summary>
    public TimeSpan StartWithin => TimeSpan.FromSeconds(Math.Max(60, Nodes * 0.6));

    /// <summary>Whole nodes, or only their decisions.</summary>
    public bool HasActors { get; init; } = true;

    /// <summary>With the heartbeat of <c>hocon/fast.conf</c>.</summary>
    public bool IsFast { get; init; }
}
