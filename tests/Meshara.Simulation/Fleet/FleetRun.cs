using System.Net;
using System.Security.Cryptography;
using System.Text;
using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Simulation.Fleet;

/// <summary>A run of a scenario: it makes the nodes, lets the <see cref="Course"/> happen to them, and has every rule held at every step.</summary>
internal sealed class FleetRun : IWitness
{
    /// <summary>What is no event of its own is looked at so often.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Dictionary<IPAddress, Member> _byHost = [];
    private readonly Dictionary<NodeId, Member> _byId = [];
    private readonly Trace _trace;
    private IEngine _engine = null!;

    public FleetRun(Scenario scenario, Trace trace)
    {
        (Scenario, _trace) = (scenario, trace);
        var chance = new Random(scenario.Seed);
        for (var n = 0; n < scenario.Nodes; n++)
        {
            var isBootstrap = n < scenario.Bootstraps;
            var member = new Member(n, NodeIdentity.FromSeed(SHA256.HashData(Encoding.UTF8.GetBytes($"{scenario.Seed} {n}"))))
            {
                IsBootstrap = isBootstrap,
                IsHidden = chance.NextDouble() < scenario.Nat && !isBootstrap,
                Skew = scenario.Skew * ((chance.NextDouble() * 2) - 1),
            };
            Members.Add(member);
            _byHost.Add(member.Host, member);
            _byId.Add(member.Id, member);
        }

        Tally = new Tally(scenario);
        Rules = new Rules(this);
    }

    public Scenario Scenario { get; }

    public List<Member> Members { get; } = [];

    public Cuts Cuts { get; } = new();

    public Tally Tally { get; }

    public Rules Rules { get; }

    public TimeSpan Now => _engine.Time.Elapsed;

    public IReadOnlyList<PeerTarget> Bootstraps => [.. Members.Where(m => m.IsBootstrap).Select(m => new PeerTarget(m.Address, null))];

    /// <summary>Runs it to its end, or to the first broken rule.</summary>
    /// <param name="progress">Told of every virtual minute.</param>
    public void Run(IEngine engine, Action<TimeSpan>? progress = null)
    {
        _engine = engine;
        new Course(this, engine).Begin();
        for (var next = Look; next <= Scenario.Length && Rules.Broken is null; next += Look)
        {
            while (Rules.Broken is null && engine.Time.Step(next))
            {
                engine.Settle();
            }

            Rules.Hold(Now);
            Tally.Look(Members, Look);
            if (next.Ticks % TimeSpan.TicksPerMinute == 0)
            {
                progress?.Invoke(next);
            }
        }

        Tally.Finish(Members, Now);
    }

    public Member? At(IPAddress host) => _byHost.GetValueOrDefault(host);

    public Member? With(NodeId id) => _byId.GetValueOrDefault(id);

    public void Start(Member member)
    {
        (member.IsUp, member.HasPower, member.StartedAt, member.DisturbedAt, member.AloneSince) = (true, true, Now, Now, Now);
        (member.HasReachedTarget, member.NeedlesslyAloneSince) = (false, null);
        member.Lives++;
        Note(member, "starts");
        Tally.Started();
        _engine.Start(member, Bootstraps);
        _engine.Settle();
        Rules.KeepPromises(member, _engine);
    }

    public void End(Member member, Ending how)
    {
        Note(member, $"ends {how}");
        (member.IsUp, member.DisturbedAt, member.HasPower) = (false, Now, how != Ending.PowerCut);
        Tally.Ended(member, Now);
        member.Peers.Clear();
        Tally.Went(how);
        _engine.End(member, how);
        _engine.Settle();
    }

    public void Move(Member member)
    {
        var to = Member.HostOf(member.Number, ++member.Moves);
        Note(member, $"moves to {to}");
        _byHost.Remove(member.Host);
        _byHost.Add(to, member);
        member.Host = to;
        member.DisturbedAt = Now;
        Tally.Moves++;
        _engine.Move(member, to);
        _engine.Settle();
    }

    public void Note(Member? member, string what) => _trace.Add(Now, $"{member} {what}");

    void IWitness.On(Member member, MeshEvent e)
    {
        Note(member, $"{e.Kind.Name()} {(e.PeerId is { } id ? With(id)?.ToString() ?? id.ToShortString() : "-")} {e.Address} {e.Direction} {e.Reason?.Name()} {e.Detail}");
        var peer = e.PeerId is { } who ? With(who) : null;
        if (!member.IsUp || (peer is null && e.Kind is not MeshEventKind.Ready))
        {
            return;
        }

        switch (e.Kind)
        {
            case MeshEventKind.PeerConnected:
                member.Peers[peer!.Number] = Now;
                Tally.Connected(member, Now);
                Rules.OnConnected(member, peer);
                break;
            case MeshEventKind.PeerDisconnected:
                member.Peers.Remove(peer!.Number);
                if (member.Peers.Count == 0)
                {
                    member.AloneSince = Now;
                }

                Rules.OnDisconnected(member, peer, e.Reason!.Value);
                break;
            case MeshEventKind.PeerBanned:
                Rules.OnBanned(member, peer!, e);
                break;
        }
    }

    void IWitness.Failed(string what) => Rules.OnFailed(what);

    void IWitness.Dialled(Member member) => Tally.Dials++;

    void IWitness.Arrived(Member? from, Member? to, int messages, int bytes)
    {
        Tally.Messages += messages;
        Tally.Bytes += bytes;
        _trace.Add(Now, from?.Number ?? -1, to?.Number ?? -1, messages, bytes);
    }

    public bool Reaches(Member from, Member to) => from.HasPower && to.HasPower && !Cuts.Stop(from, to);
}
