using System.Net;
using Meshara.Actors;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Simulation.Fleet;
using Meshara.Simulation.Time;

namespace Meshara.Simulation.Policies;

/// <summary>
/// The decisions of the nodes without their actors, for thousands of them. Missing beside TLS and the sockets: mailboxes, frames as bytes,
/// signatures, the limits of the listener, and what people ask.
/// </summary>
internal sealed class PolicyEngine : IEngine
{
    private readonly Scenario _scenario;
    private readonly Dictionary<Member, ShellNode> _nodes = [];
    private readonly Queue<(Action<object> To, object Message)> _ready = new();
    private ulong _dials;

    public PolicyEngine(Scenario scenario, IWitness witness)
    {
        (_scenario, Witness) = (scenario, witness);
        Ways = new NetworkConditions(Time.After, () => Time.Elapsed, (ulong)scenario.Seed)
        {
            Latency = scenario.Latency, Jitter = scenario.Jitter, Loss = scenario.Loss,
        };
    }

    public string Name => "policies";

    public VirtualTime Time { get; } = new();

    public IWitness Witness { get; }

    public NetworkConditions Ways { get; }

    public ReadRecords Records { get; } = new();

    /// <summary>Comes when what is happening now has happened, as a message to an actor would.</summary>
    public void Post(Action<object> to, object message) => _ready.Enqueue((to, message));

    public void Settle()
    {
        while (_ready.TryDequeue(out var next))
        {
            next.To(next.Message);
        }
    }

    public void Start(Member member, IReadOnlyList<PeerTarget> bootstrap)
    {
        var settings = NodeSettings.Of(member, _scenario, bootstrap, "");
        var clock = new NodeClock(() => Time.Now + member.Skew, () => Time.Elapsed);
        var context = new NodeContext(
            new NodeDescription(member.Id, member.Identity.PublicKey, [member.Address], "/memory", settings.Network),
            member.Identity, settings, null!, clock, OwnRecord.Make(member.Identity, settings.Network, [member.Address], clock.Now),
            member.SeedOf(_scenario.Seed)) { ListenPort = Member.Port };
        var node = new ShellNode(member, context, this);
        _nodes[member] = node;
        node.Begin();
    }

    public void End(Member member, Ending how)
    {
        _nodes.Remove(member, out var node);
        if (how == Ending.Goodbye)
        {
            node!.Stop();
        }
        else
        {
            node!.Die(isKnown: how == Ending.Kill);
        }
    }

    public void Move(Member member, IPAddress to) => _nodes[member].Move();

    public void Ask(Member member, object question, Action<object> answer)
    {
    }

    /// <summary>As the in-memory network does: three packets, and a round trip that proves the keys.</summary>
    public void Dial(Member from, ShellConnection dialler, ConnectionOrigin.Dial dial)
    {
        Witness.Dialled(from);
        var number = ++_dials;
        var chance = new Chance(Ways.Seed, ulong.MaxValue - number);
        var to = ((PeerAddress.Ip)dial.Address).EndPoint;
        Time.After(Ways.Transit(chance, NetworkConditions.ResendOpening), () =>
        {
            if (!dialler.IsGone && Witness.At(to.Address) is { IsHidden: false } other && Witness.Reaches(from, other) && Witness.Reaches(other, from))
            {
                Meet(from, dialler, dial, other, number, chance);
            }
        });
    }

    private void Meet(Member from, ShellConnection dialler, ConnectionOrigin.Dial dial, Member other, ulong number, Chance chance)
    {
        if (!_nodes.TryGetValue(other, out var node))
        {
            Time.After(Ways.Transit(chance, NetworkConditions.Resend), () => dialler.Failed(Reason.Refused, "Nobody listens there."));
            return;
        }

        var handshake = Ways.Transit(chance, NetworkConditions.Resend) + Ways.Transit(chance, NetworkConditions.Resend);
        var last = handshake + Ways.Transit(chance, NetworkConditions.Resend);
        var source = new IPEndPoint(from.Host, 40_000 + (int)(number % 20_000));
        var acceptor = node.Accept(source);
        if (IdentityJudge.Judge(other.Id, from.Id, dial.Expected) is { } refusal)
        {
            Time.After(handshake, () => acceptor.Failed(Reason.HandshakeRejected, null));
            Time.After(last, () => dialler.Failed(refusal.Reason, refusal.Message));
            return;
        }

        var link = new ShellLink(this, new Chance(Ways.Seed, number));
        link.Attach(0, dialler, from);
        link.Attach(1, acceptor, other);
        Time.After(handshake, () => acceptor.Proven(link, 1, from.Identity.PublicKey, PeerAddress.Of(source)));
        Time.After(last, () => dialler.Proven(link, 0, other.Identity.PublicKey, dial.Address));
    }
}
