using System.Net;
using Akka.Actor;
using Akka.Event;
using Meshara.Actors;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Dialling;
using Meshara.Actors.Store;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Simulation.Fleet;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Simulation.Policies;

/// <summary>
/// A node without actors: the roster, the dialler, the admissions, the exchange, the verdicts and all policies below them are the node's
/// own; only what carries messages between them, <see cref="MeshSupervisor"/> in a node, is this shell.
/// </summary>
internal sealed partial class ShellNode
{
    private readonly Member _member;
    private readonly ShellStore _store;
    private readonly Dialler _dialler;
    private readonly Verdicts _verdicts;
    private readonly Exchange _exchange;
    private readonly Admissions _admissions;
    private readonly Random _bootstrapChance;
    private readonly Action<object> _on;
    private readonly Dictionary<long, ShellConnection> _connections = [];
    private BootstrapPlan _bootstrap;
    private long _lastConnection;
    private int _ways;

    public ShellNode(Member member, NodeContext context, PolicyEngine engine)
    {
        (_member, Engine, _on) = (member, engine, On);
        _store = new ShellStore(member, context.Clock, engine, Tell);
        _bootstrapChance = new Random(context.Seed);
        _bootstrap = BootstrapPlan.Of(
            context.Settings.Discovery.BootstrapNodes, context.Settings.Discovery.BootstrapRetry, context.Settings.Discovery.FewPeers());
        var events = new ShellRef(e => engine.Witness.On(member, (MeshEvent)e));
        State = new NodeState(
            context, new PeerBook(new ShellRef(_store.On), context.Figures), new Neighbours(ActorRefs.Nobody), new WayIn(new ShellRef(Tell)),
            new Announcer(events, context.Clock, NoLogger.Instance, context.Figures), () => true);
        _dialler = new Dialler(State, (origin, source, claim) => Start(origin, source, claim, null), WakeIn);
        _verdicts = new Verdicts(State);
        _exchange = new Exchange(State, _verdicts);
        _admissions = new Admissions(State, new Acquaintances(State), _dialler, _verdicts, _exchange, _ => { });
    }

    public PolicyEngine Engine { get; }

    public NodeState State { get; }

    public bool IsGone { get; private set; }

    public void Begin()
    {
        State.Recover(_member.Disk.Peers);
        State.Announce.Tell(MeshEventKind.Ready, _member.Id);
        _dialler.PlanFromTheStart();
        State.WayIn.Connected(0);
        Second(BusySecond);
        Engine.Time.After(TimeSpan.FromMinutes(1), OnMinute);
    }

    public void Tell(object message) => Engine.Post(_on, message);

    public void Stop()
    {
        IsGone = true;
        foreach (var connection in _connections.Values)
        {
            connection.SayGoodbye(Reason.ShuttingDown);
        }

        _store.Flush();
        _store.IsGone = true;
    }

    public void Die(bool isKnown)
    {
        (IsGone, _store.IsGone) = (true, true);
        foreach (var connection in _connections.Values)
        {
            connection.Die(isKnown);
        }
    }

    /// <summary>Its address has changed: what it has is lost, at its own side at once.</summary>
    public void Move()
    {
        foreach (var connection in _connections.Values.Where(c => !c.IsGone).ToList())
        {
            connection.OnReset();
        }
    }

    /// <summary>Somebody dials this node.</summary>
    public ShellConnection Accept(IPEndPoint from)
    {
        var inbound = new Listener.Inbound(new Socket(from), from.Address, 0);
        Start(new ConnectionOrigin.Accept(inbound.Socket), PeerSource.Inbound, Claim.None, inbound);
        return _connections[_lastConnection];
    }

    private LiveConnection Start(ConnectionOrigin origin, PeerSource source, Claim claim, Listener.Inbound? handshake)
    {
        var number = ++_lastConnection;
        var shell = new ShellConnection(this, number, origin, State.Random.Next());
        _connections.Add(number, shell);
        var connection = new LiveConnection(number, shell.Ref, origin) { Source = source, Claim = claim, Handshake = handshake };
        State.Connections.Add(connection);
        if (origin is ConnectionOrigin.Dial dial)
        {
            Engine.Dial(_member, shell, dial);
        }

        return connection;
    }

    private void On(object message)
    {
        if (IsGone)
        {
            return;
        }

        Decide(message);
        if (!_isBusy && IsDue)
        {
            Second(BusySecond);
        }
    }

    private void Decide(object message)
    {
        switch (message)
        {
            case AskAdmission ask:
                _admissions.OnAskAdmission(ask);
                break;
            case Opened opened:
                _admissions.OnOpened(opened);
                Engine.Time.After(Traffic.ReportEvery, () => Report(opened.Connection));
                break;
            case Ended ended:
                _admissions.OnEnded(ended);
                break;
            case AskedForPeers question:
                _exchange.OnAsked(question);
                break;
            case ToldOfPeers told:
                _exchange.OnTold(told);
                break;
            case Misbehaved act:
                _exchange.OnMisbehaved(act);
                break;
            case Stopped stopped:
                _connections.Remove(stopped.Number);
                if (State.Connections.Stopped(stopped.Connection) is { } unexplained)
                {
                    throw new InvalidOperationException($"Connection {unexplained} did not say how it ended.");
                }

                break;
            case PeerStoreProtocol.Changed changed:
                _admissions.OnChanged(changed.Peer);
                break;
            case PeerStoreProtocol.Forgotten forgotten:
                State.Forget(forgotten.Peer);
                break;
            case PeerStoreProtocol.Kept kept:
                State.Book.Answered(kept.Request, kept.Peer, null);
                break;
            case PeerStoreProtocol.NotKept notKept:
                State.Book.Answered(notKept.Request, null, notKept.Reason);
                break;
            case BootstrapProtocol.Connected connected:
                Follow(_bootstrap.With(connected.Peers));
                break;
            case BootstrapProtocol.Answered answer:
                Follow(_bootstrap.Answered(answer.Node, State.Now));
                break;
            case BootstrapProtocol.Failed failure:
                Follow(_bootstrap.Failed(failure.Node, failure.Reason, State.Now, _bootstrapChance.NextDouble()));
                break;
        }
    }

    /// <summary>As <see cref="Bootstrap"/> does.</summary>
    private void Follow(BootstrapPlan plan)
    {
        _bootstrap = plan;
        foreach (var node in plan.DueAt(State.Now).ToList())
        {
            _bootstrap = _bootstrap.Dialled(node);
            _dialler.DialForBootstrap(node);
        }

        State.Announce.Health("bootstrap", _bootstrap.NoWayIn);
        var way = ++_ways;
        if (_bootstrap.NextDue is { } due)
        {
            var wait = due - State.Now;
            Engine.Time.After(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(10), () =>
            {
                if (way == _ways && !IsGone)
                {
                    Follow(_bootstrap);
                }
            });
        }
    }

    /// <summary>A connection is no more.</summary>
    public sealed record Stopped(long Number, IActorRef Connection);

    private sealed class Socket(IPEndPoint from) : IInboundSocket
    {
        public IPEndPoint Remote => from;

        public Task<IPeerLink> SecureAsync(CancellationToken cancellation) => throw new NotSupportedException("There are no bytes here.");

        public void Dispose()
        {
        }
    }
}
