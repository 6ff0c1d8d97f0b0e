namespace Meshara.Simulation.Fleet;

/// <summary>What is counted.</summary>
internal sealed class Tally(Scenario scenario)
{
    private readonly List<double> _secondsToTarget = [];
    private readonly List<double> _secondsToNotice = [];
    private readonly int[] _went = new int[3];

    public long Messages { get; set; }

    public long Bytes { get; set; }

    public long Dials { get; set; }

    public int FalseDeaths { get; set; }

    public int Bans { get; set; }

    public int Moves { get; set; }

    public int Cuts { get; set; }

    /// <summary>Requests of people that were answered with success.</summary>
    public int Promises { get; set; }

    public int Starts { get; private set; }

    /// <summary>Lives of at least ten minutes that ended without the target.</summary>
    public int Missed { get; private set; }

    public double NodeHours { get; private set; }

    public double PeerHours { get; private set; }

    /// <summary>Time that running nodes spent without a peer.</summary>
    public double IsolatedNodeHours { get; private set; }

    /// <summary>Crashed hosts and their peers: how long each of these took to notice.</summary>
    public int Noticed => _secondsToNotice.Count;

    public int Goodbyes => _went[(int)Ending.Goodbye];

    public int Kills => _went[(int)Ending.Kill];

    public int PowerCuts => _went[(int)Ending.PowerCut];

    public int ReachedTarget => _secondsToTarget.Count;

    public void Started() => Starts++;

    public void Went(Ending how) => _went[(int)how]++;

    public void Connected(Member member, TimeSpan now)
    {
        if (!member.HasReachedTarget && !member.IsBootstrap && member.Peers.Count >= Target)
        {
            member.HasReachedTarget = true;
            _secondsToTarget.Add((now - member.StartedAt).TotalSeconds);
        }
    }

    /// <summary>A peer of a host that had lost its power has noticed.</summary>
    public void Notice(TimeSpan after) => _secondsToNotice.Add(after.TotalSeconds);

    public void Ended(Member member, TimeSpan now)
    {
        if (!member.HasReachedTarget && !member.IsBootstrap && now - member.StartedAt >= TimeSpan.FromMinutes(10))
        {
            Missed++;
        }
    }

    public void Look(List<Member> members, TimeSpan passed)
    {
        var (up, peers, alone) = (0, 0, 0);
        foreach (var member in members)
        {
            if (member.IsUp)
            {
                up++;
                peers += member.Peers.Count;
                alone += member.Peers.Count == 0 ? 1 : 0;
            }
        }

        NodeHours += up * passed.TotalHours;
        PeerHours += peers * passed.TotalHours;
        IsolatedNodeHours += alone * passed.TotalHours;
    }

    public void Finish(IEnumerable<Member> members, TimeSpan now)
    {
        foreach (var member in members.Where(m => m.IsUp))
        {
            Ended(member, now);
        }

        _secondsToTarget.Sort();
        _secondsToNotice.Sort();
    }

    /// <summary>In seconds, over all lives; null if no node reached its target.</summary>
    public double? ToTarget(double share) => Percentile(_secondsToTarget, share);

    /// <summary>In seconds; null if no host lost its power.</summary>
    public double? ToNotice(double share) => Percentile(_secondsToNotice, share);

    private static double? Percentile(List<double> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];

    /// <summary>A network that is smaller than the target gives each node all the others.</summary>
    private int Target => Math.Min(scenario.TargetPeers, (scenario.Nodes - 1) / 2);
}
