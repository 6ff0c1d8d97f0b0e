using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using static Meshara.Actors.Peers.Reachability.NetcheckProtocol;

namespace Meshara.Actors.Peers.Reachability;

/// <summary>
/// One look at the network of the node: it dials the node itself and the bootstrap nodes, has peers dial back, collects what comes of that,
/// tells its supervisor, and stops. What has not come in time is told as that.
/// </summary>
internal sealed class Netcheck : ReceiveActor, IWithTimers
{
    /// <summary>A dial that takes longer has failed; a peer needs so long for its own, and a moment for its answer.</summary>
    public static readonly TimeSpan DialPatience = TimeSpan.FromSeconds(10), Patience = TimeSpan.FromSeconds(15);

    private readonly NodeContext _node;
    private readonly NetcheckPlan _plan;
    private readonly CancellationTokenSource _dialling = new();
    private readonly Dictionary<int, (Knock.Outcome Outcome, TimeSpan Took)> _listen = [], _bootstrap = [];
    private readonly Dictionary<long, (ReachAnswer Answer, TimeSpan Took)> _answers = [];
    private readonly TimeSpan _began;

    public Netcheck(NodeContext node, NetcheckPlan plan)
    {
        (_node, _plan, _began) = (node, plan, node.Clock.Elapsed);
        Receive<Dialled>(dialled =>
        {
            (dialled.IsSelf ? _listen : _bootstrap)[dialled.Index] = (dialled.Outcome, Took);
            FinishWhenAllIsIn();
        });
        Receive<ReachAnswer>(answer =>
        {
            _answers[answer.Connection] = (answer, Took);
            FinishWhenAllIsIn();
        });
        Receive<DialsAreLate>(_ => _dialling.Cancel());
        Receive<TimeUp>(_ => Finish());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Took => _node.Clock.Elapsed - _began;

    public static Props Props(NodeContext node, NetcheckPlan plan) =>
        Akka.Actor.Props.Create(() => new Netcheck(node, plan)).WithDispatcher(node.Settings.Dispatcher);

    protected override void PreStart()
    {
        Timers.StartSingleTimer(DialsAreLate.Instance, DialsAreLate.Instance, DialPatience);
        Timers.StartSingleTimer(TimeUp.Instance, TimeUp.Instance, Patience);
        foreach (var peer in _plan.Ask.Where(p => p.IsAble))
        {
            peer.Actor.Tell(new AskToDialBack(peer.Nonce, _node.ListenPort));
        }

        for (var i = 0; i < _plan.Listen.Length; i++)
        {
            DialSelf(_node, _plan.Listen[i], i, _dialling.Token).PipeTo(Self);
        }

        for (var i = 0; i < _plan.Bootstrap.Length; i++)
        {
            Reach(_node, _plan, i, _dialling.Token).PipeTo(Self);
        }

        FinishWhenAllIsIn();
    }

    protected override void PostStop()
    {
        _dialling.Cancel();
        _dialling.Dispose();
        base.PostStop();
    }

    private static async Task<Dialled> DialSelf(NodeContext node, PeerAddress at, int index, CancellationToken cancellation)
    {
        var outcome = await Knock.DialAsync(node.Transport, at, node.Node.Id, _ => false, cancellation).ConfigureAwait(false);

        // That its own key has answered is what the transport refuses, and what is looked for here.
        return new Dialled(IsSelf: true, index, outcome.Failure == Reason.SelfConnection ? new Knock.Outcome(null, null) : outcome);
    }

    private static async Task<Dialled> Reach(NodeContext node, NetcheckPlan plan, int index, CancellationToken cancellation)
    {
        var (target, connected) = plan.Bootstrap[index];
        return new Dialled(
            IsSelf: false, index, await Knock.ReachAsync(node.Transport, target, connected, plan.IsBanned, cancellation).ConfigureAwait(false));
    }

    private void FinishWhenAllIsIn()
    {
        if (_listen.Count == _plan.Listen.Length && _bootstrap.Count == _plan.Bootstrap.Length && _answers.Count == _plan.Ask.Count(p => p.IsAble))
        {
            Finish();
        }
    }

    private void Finish()
    {
        var late = (Outcome: new Knock.Outcome(Reason.HandshakeTimeout, null), Took);
        Context.Parent.Tell(new Done(Netchecks.Judge(_plan.Known with
        {
            Interfaces = _plan.Interfaces(),
            Listen = [.. _plan.Listen.Select((at, i) => ListenOf(at, _listen.GetValueOrDefault(i, late)))],
            DialBacks = [.. _plan.Ask.Select(DialBackOf)],
            Bootstrap = [.. _plan.Bootstrap.Select((node, i) => BootstrapOf(node.Node, node.Connected, _bootstrap.GetValueOrDefault(i, late)))],
        })));
        Context.Stop(Self);
    }

    private static DialCheck ListenOf(PeerAddress at, (Knock.Outcome Outcome, TimeSpan Took) dial) =>
        new(at, dial.Took, dial.Outcome.Failure, dial.Outcome.Detail);

    private static BootstrapCheck BootstrapOf(PeerTarget node, bool connected, (Knock.Outcome Outcome, TimeSpan Took) dial) =>
        new(node, dial.Outcome.Addresses, connected, dial.Took, dial.Outcome.Failure, dial.Outcome.Detail);

    private DialBackCheck DialBackOf(AskedPeer peer)
    {
        var check = new DialBackCheck(peer.Peer, peer.Remote, NetworkGroup.Of(peer.Remote).IsLocal, DialBackOutcome.NoAnswer);
        if (!peer.IsAble || !_answers.TryGetValue(peer.Connection, out var heard))
        {
            return peer.IsAble ? check : check with { Outcome = DialBackOutcome.Unable };
        }

        var answer = heard.Answer;
        return check with
        {
            Outcome = answer.Failure switch
            {
                null => DialBackOutcome.Reached,
                Reason.RateLimited => DialBackOutcome.Busy,
                _ => DialBackOutcome.NotReached,
            },
            Dialled = answer.Dialled,
            Failure = answer.Failure == Reason.RateLimited ? null : answer.Failure,
            Took = heard.Took,
            Age = answer.Age,
        };
    }

    private sealed record Dialled(bool IsSelf, int Index, Knock.Outcome Outcome) : IDeadLetterSuppression;

    private sealed record DialsAreLate
    {
        public static readonly DialsAreLate Instance = new();
    }

    private sealed record TimeUp
    {
        public static readonly TimeUp Instance = new();
    }
}
