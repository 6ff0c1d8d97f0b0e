using Meshara.Actors;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Core.Peers;

namespace Meshara.Simulation.Fleet;

/// <summary>What never happens in a network of honest nodes, whatever happens to it.</summary>
internal sealed class Rules(FleetRun run)
{
    /// <summary>By then both ends agree whether they are connected: a silence of 30 s, 10 s for the answer to a ping, and some for its way.</summary>
    public static readonly TimeSpan Agreement = TimeSpan.FromSeconds(60);

    /// <summary>
    /// By then a node has a peer while a bootstrap node that it reaches has a place free: these are dialled again at least every minute, a
    /// dial that nobody answers takes 10 s, and the place may be gone when it comes.
    /// </summary>
    public static readonly TimeSpan Loneliness = TimeSpan.FromMinutes(3);

    private readonly Dictionary<(int Believer, int Peer), TimeSpan> _disagreed = [];

    /// <summary>The first rule that was broken, and how; null: none was.</summary>
    public string? Broken { get; private set; }

    public void OnConnected(Member member, Member peer)
    {
        var visitors = member.Peers.Keys.Count(p => !IsManual(member, p));
        if (visitors > MaxPeersOf(member))
        {
            Break($"{member} has {visitors} peers that nobody asked for, of at most {MaxPeersOf(member)}");
        }

        Look(member, peer);
    }

    public void OnDisconnected(Member member, Member peer, Reason reason)
    {
        var since = run.Now - Agreement;
        if (reason == Reason.HeartbeatTimeout && peer.IsUp && member.DisturbedAt < since && peer.DisturbedAt < since && !run.Cuts.Separated(member, peer, since))
        {
            run.Tally.FalseDeaths++;
            run.Note(member, $"takes {peer} for dead");
        }

        if (reason == Reason.HeartbeatTimeout && peer is { IsUp: false, HasPower: false } && member.DisturbedAt < peer.DisturbedAt)
        {
            run.Tally.Notice(run.Now - peer.DisturbedAt);
        }

        Look(member, peer);
    }

    /// <summary>All nodes are honest here.</summary>
    public void OnBanned(Member member, Member peer, MeshEvent e)
    {
        run.Tally.Bans++;
        Must(false, $"{member} bans {peer}, who is honest, for {e.Reason?.Name()}");
    }

    /// <summary>No network, and no honest peer, makes an actor fail.</summary>
    public void OnFailed(string what) => Must(false, what);

    /// <summary>About every second: what must not last.</summary>
    public void Hold(TimeSpan now)
    {
        foreach (var ((believer, peer), since) in _disagreed)
        {
            var (one, other) = (run.Members[believer], run.Members[peer]);
            if (now - since > Agreement && IsAtOdds(one, other))
            {
                Break($"{one} has taken {other} for connected for {now - since}, who {(other.IsUp ? "does not say so" : "is gone")}");
            }
        }

        foreach (var ((believer, peer), _) in _disagreed)
        {
            if (!IsAtOdds(run.Members[believer], run.Members[peer]))
            {
                _disagreed.Remove((believer, peer));
            }
        }

        foreach (var member in run.Members)
        {
            member.NeedlesslyAloneSince = member is { IsUp: true, Peers.Count: 0 } && CouldHaveAPeer(member) ? member.NeedlesslyAloneSince ?? now : null;
            if (now - member.NeedlesslyAloneSince > Loneliness)
            {
                Break($"{member} has had no peer for {now - member.NeedlesslyAloneSince}, though it could have");
            }
        }
    }

    /// <summary>A node has started again: what people were told is so.</summary>
    public void KeepPromises(Member member, IEngine engine)
    {
        var (life, promised) = (member.Lives, member.Promised.ToDictionary());
        var ranges = member.PromisedRanges.ToHashSet();
        engine.Ask(member, new MeshProtocol.List(Known: true), answer =>
        {
            if (answer is MeshProtocol.PeerList list && life == member.Lives)
            {
                var manual = list.Peers.Where(p => p.Protected).Select(p => run.With(p.PeerId)!.Number).ToHashSet();
                foreach (var (peer, isManual) in promised)
                {
                    Must(manual.Contains(peer) == isManual, $"{member} was told to {(isManual ? "keep" : "remove")} n{peer}, said that it had, and does not know it after a {member.Lives - 1}. restart");
                }
            }
        });
        engine.Ask(member, new BanProtocol.List(), answer =>
        {
            if (answer is BanProtocol.BanList list && life == member.Lives)
            {
                Must(ranges.All(r => list.Bans.Any(b => b.Range?.Equals(r) == true)), $"{member} has lost the ban of a range that it said it keeps");
            }
        });
        engine.Settle();
    }

    private void Must(bool holds, string otherwise)
    {
        if (!holds)
        {
            Break(otherwise);
        }
    }

    private void Break(string how)
    {
        if (Broken is null)
        {
            Broken = $"after {run.Now}: {how}";
            run.Note(null, $"broken: {how}");
        }
    }

    private int MaxPeersOf(Member member) => member.IsBootstrap ? NodeSettings.BridgeMax : run.Scenario.MaxPeers;

    private static bool IsManual(Member member, int peer) => member.Promised.GetValueOrDefault(peer);

    private void Look(Member one, Member other)
    {
        Watch(one, other);
        Watch(other, one);

        void Watch(Member believer, Member peer)
        {
            if (IsAtOdds(believer, peer))
            {
                _disagreed.TryAdd((believer.Number, peer.Number), run.Now);
            }
            else
            {
                _disagreed.Remove((believer.Number, peer.Number));
            }
        }
    }

    private static bool IsAtOdds(Member believer, Member peer) =>
        believer.IsUp && believer.Peers.ContainsKey(peer.Number) && !(peer.IsUp && peer.Peers.ContainsKey(believer.Number));

    /// <summary>A way into the network is up, can be reached, and has a place for one who dials it.</summary>
    private bool CouldHaveAPeer(Member member) => run.Members.Exists(m =>
        m is { IsBootstrap: true, IsUp: true, Peers.Count: < NodeSettings.BridgeMax / 2 } && m != member && run.Reaches(member, m) && run.Reaches(m, member));
}
