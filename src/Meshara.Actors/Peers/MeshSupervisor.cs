using Akka.Actor;
using Akka.Event;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers.Bans;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Dialling;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Peers.Reachability;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using static Meshara.Actors.Peers.SupervisorTimers;

namespace Meshara.Actors.Peers;

/// <summary>
/// The node: it owns every other actor of it, and alone decides who is connected. The decisions are those of the roster, the dial
/// plan and the reputation policy; this actor keeps them fed and has them carried out.
/// </summary>
/// <remarks>
/// <code>
/// Recovering -- the store knows its peers --> Running -- Stop --> Saying goodbye -- all closed --> Keeping -- all kept --> (stop)
/// </code>
/// </remarks>
internal sealed class MeshSupervisor : ReceiveActor, IWithTimers, IWithStash
{
    private readonly NodeContext _node;
    private readonly NodeParts _parts;
    private readonly NodeState _state;
    private readonly Dialler _dialler;
    private readonly Admissions _admissions;
    private readonly Verdicts _verdicts;
    private readonly Exchange _exchange;
    private readonly Sightings _sightings;
    private readonly FrontDesk _desk;
    private readonly BanDesk _bans;
    private readonly InquiryDesk _inquiries;
    private readonly HealthWatch _health;
    private readonly Reconfiguration _reconfiguration;
    private readonly NetcheckDesk _netchecks;
    private readonly IActorRef _events;
    private readonly IActorRef _store;
    private readonly IActorRef _listener;
    private readonly IActorRef _discovery;
    private long _lastConnection;
    private string? _storeProblem;

    public MeshSupervisor(NodeContext node, NodeParts parts)
    {
        (_node, _parts) = (node, parts);
        var dispatcher = node.Settings.Dispatcher;
        var history = node.Settings.Events.History;
        _events = Context.ActorOf(Akka.Actor.Props.Create(() => new EventFeed(history)).WithDispatcher(dispatcher), "events");
        Context.ActorOf(Akka.Actor.Props.Create(() => new SubscriberWatch(node.Subscriptions)).WithDispatcher(dispatcher), "subscribers");
        _store = parts.StartStore(Context, Self);
        _listener = parts.StartListener(Context);
        _discovery = parts.StartDiscovery?.Invoke(Context) ?? ActorRefs.Nobody;

        var wayIn = new WayIn(parts.StartBootstrap?.Invoke(Context) ?? ActorRefs.Nobody);
        var announcer = new Announcer(_events, node.Clock, Context.GetLogger(), node.Figures);
        _state = new NodeState(node, new PeerBook(_store, node.Figures), new Neighbours(_discovery), wayIn, announcer, parts.HasNetwork);
        _dialler = new Dialler(
            _state,
            (origin, source, claim) => Start(_bans!.Guard(origin), source, claim, handshake: null),
            wait => Timers.StartSingleTimer(DialDue.Instance, DialDue.Instance, wait));
        _verdicts = new Verdicts(_state);
        _exchange = new Exchange(_state, _verdicts);
        _admissions = new Admissions(
            _state, new Acquaintances(_state), _dialler, _verdicts, _exchange,
            inbound => _listener.Tell(new Listener.HandshakeOver(inbound.Source, inbound.Handshake)));
        _sightings = new Sightings(_state, _dialler);
        _desk = new FrontDesk(_state, _dialler, node.Clock.Now, Context);
        _bans = new BanDesk(_state, _dialler, _listener);
        _inquiries = new InquiryDesk(_state, _desk);
        _health = new HealthWatch(_state, _listener, _discovery, parts.DiscoveryProblem);
        _reconfiguration = new Reconfiguration(_state, _dialler, _listener, _discovery);
        _netchecks = new NetcheckDesk(_state, _health, parts, Context.ActorOf(DialBackDesk.Props(node), "dial-back"), Context);
        Context.Watch(_listener);
        if (!_discovery.IsNobody())
        {
            Context.Watch(_discovery);
        }

        Recovering();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    public static Props Props(NodeContext node, NodeParts parts) =>
        Akka.Actor.Props.Create(() => new MeshSupervisor(node, parts)).WithDispatcher(node.Settings.Dispatcher);

    // A connection that fails is not restarted: it has ended, and the dial plan decides what follows.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PostStop()
    {
        _parts.Release();
        base.PostStop();
    }

    private void Recovering()
    {
        Receive<PeerStoreProtocol.Recovered>(recovered =>
        {
            _bans.Recover(recovered);
            Become(Running);
            Stash.UnstashAll();
            Timers.StartPeriodicTimer(SecondOver.Instance, SecondOver.Instance, TimeSpan.FromSeconds(1));
            Timers.StartPeriodicTimer(MinuteOver.Instance, MinuteOver.Instance, TimeSpan.FromMinutes(1));
            _state.Announce.Tell(MeshEventKind.Ready, _node.Node.Id);
            _dialler.PlanFromTheStart();
            _state.WayIn.Connected(0);
        });
        Receive<PeerStoreProtocol.Unavailable>(store => store.Cause is not null, store =>
        {
            _storeProblem = store.Cause;
            Stash.UnstashAll();
            Become(Unstartable);
        });
        Receive<MeshProtocol.Stop>(_ => OnStop());
        ReceiveAny(_ => Stash.Stash());
    }

    /// <summary>Without what it knows of its peers a node must not run: it would dial and let in whom it is to keep out.</summary>
    private void Unstartable()
    {
        Receive<MeshProtocol.WhenReady>(_ =>
        {
            Sender.Tell(new MeshProtocol.StartFailed($"The peer store in {_node.Node.Data} {_storeProblem}. See: meshara store check"));
            Context.Stop(Self);
        });
        Receive<MeshProtocol.Stop>(_ => Context.Stop(Self));
        ReceiveAny(_ => { });
    }

    private void Running()
    {
        Receive<MeshProtocol.WhenReady>(_ => Sender.Tell(_state.Node.Node));
        Receive<MeshProtocol.Add>(add => _desk.OnAdd(add, Sender));
        Receive<MeshProtocol.Remove>(remove => _desk.OnRemove(remove, Sender));
        Receive<MeshProtocol.List>(list => _desk.OnList(list, Sender));
        Receive<MeshProtocol.Show>(show => _desk.OnShow(show, Sender));
        Receive<MeshProtocol.Ping>(ping => _desk.OnPing(ping, Sender));
        Receive<MeshProtocol.Status>(_ => _desk.OnStatus(Sender));
        Receive<MeshProtocol.Health>(_ => Sender.Tell(_health.Judge()));
        Receive<MeshProtocol.Reload>(reload => _reconfiguration.OnReload(reload, Sender));
        Receive<MeshProtocol.Discover>(_ => _desk.OnDiscover(Sender));
        Receive<BanProtocol.IRequest>(request => _bans.On(request, Sender));
        Receive<InquiryProtocol.IInquiry>(inquiry => _inquiries.On(inquiry, Sender));
        Receive<NetcheckProtocol.IMessage>(message => _netchecks.On(message, Sender));
        Receive<MeshProtocol.Stop>(_ => OnStop());

        Receive<Listener.Inbound>(_bans.TurnsAway, _ => { });
        Receive<Listener.Inbound>(inbound => Start(new ConnectionOrigin.Accept(inbound.Socket), PeerSource.Inbound, Claim.None, inbound));
        Receive<Listener.GiveWay>(old => _state.Connections.ByHandshake(old.Handshake)?.Actor.Tell(new Close(Reason.RateLimited)));
        Receive<Listener.CannotAccept>(failed => _health.OnAcceptFailed(failed.Cause));
        Receive<Listener.TurnedAway>(away => _state.Announce.Rejected(away.Remote, null, away.Reason, null));

        Receive<LanDiscoveryProtocol.Sighted>(sighted => _sightings.OnSighted(sighted.Peer));
        Receive<LanDiscoveryProtocol.Gone>(gone => _sightings.OnGone(gone.Peer));
        Receive<LanDiscoveryProtocol.Disbelieved>(d => _state.Announce.Rejected(d.Address, null, d.Reason, d.Detail));

        Receive<BootstrapProtocol.Dial>(dial => _dialler.DialForBootstrap(dial.Node));
        Receive<BootstrapProtocol.NoWayIn>(no => _health.OnNoWayIn(no.Why));
        Receive<AskedForPeers>(_exchange.OnAsked);
        Receive<ToldOfPeers>(_exchange.OnTold);
        Receive<Misbehaved>(_exchange.OnMisbehaved);
        Receive<AskedToDialBack>(_netchecks.OnAskedToDialBack);

        Receive<AskAdmission>(_admissions.OnAskAdmission);
        Receive<Opened>(_admissions.OnOpened);
        Receive<Activity>(_admissions.OnActivity);
        Receive<Ended>(_admissions.OnEnded);
        Receive<Terminated>(OnConnectionStopped);

        Receive<PeerStoreProtocol.Recovered>(_bans.Recover);
        Receive<PeerStoreProtocol.Changed>(changed => _admissions.OnChanged(changed.Peer));
        Receive<PeerStoreProtocol.Forgotten>(forgotten => _state.Forget(forgotten.Peer));
        Receive<PeerStoreProtocol.Kept>(kept => _state.Book.Answered(kept.Request, kept.Peer, null));
        Receive<PeerStoreProtocol.RangesKept>(_bans.OnKept);
        Receive<PeerStoreProtocol.NotKept>(notKept => _state.Book.Answered(notKept.Request, null, notKept.Reason));
        Receive<PeerStoreProtocol.Unavailable>(_health.OnStore);

        Receive<DialDue>(_ => _dialler.OnDue());
        Receive<SecondOver>(_ =>
        {
            _verdicts.OnTick();
            _exchange.OnSecond();
            _health.OnSecond();
        });
        Receive<MinuteOver>(_ =>
        {
            _state.Announce.TellUntoldRejections();
            _bans.OnMinute();
            _dialler.FollowAllNeighbours();
            _exchange.Renew(_parts.Addresses());
            _exchange.OnMinute();
            _dialler.Feel();
        });
    }

    private LiveConnection Start(ConnectionOrigin origin, PeerSource source, Claim claim, Listener.Inbound? handshake)
    {
        var number = ++_lastConnection;
        var actor = Context.ActorOf(PeerConnection.Props(number, origin, _state.Node, Self, _state.Random.Next()), $"peer-{number}");
        Context.Watch(actor);
        var connection = new LiveConnection(number, actor, origin)
        {
            Source = source, Claim = claim, Handshake = handshake, Began = _node.Clock.Elapsed, Span = Attempts.Begin(origin, source),
        };
        _state.Connections.Add(connection);
        return connection;
    }

    private void OnConnectionStopped(Terminated stopped)
    {
        // One that did not say how it ended has failed: that is a bug of ours, but its place must not stay taken.
        if (!_health.OnStopped(stopped.ActorRef) && _state.Connections.Stopped(stopped.ActorRef) is { } unexplained)
        {
            _admissions.OnEnded(new Ended(unexplained, Reason.ConnectionLost, ByPeer: false));
        }
    }

    private void OnStop()
    {
        Timers.CancelAll();
        Context.Unwatch(_listener);
        Context.Stop(_listener);
        if (!_discovery.IsNobody())
        {
            Context.Unwatch(_discovery);
            Context.Stop(_discovery);
        }

        foreach (var connection in _state.Connections.All)
        {
            connection.Actor.Tell(new Close(Reason.ShuttingDown));
        }

        Become(SayingGoodbye);
        Timers.StartSingleTimer(TimeUp.Instance, TimeUp.Instance, _state.Settings.Connection.GoodbyeTimeout * 2);
        KeepWhenAllAreGone();
    }

    private void SayingGoodbye()
    {
        Receive<Terminated>(stopped =>
        {
            _state.Connections.Stopped(stopped.ActorRef);
            KeepWhenAllAreGone();
        });
        Receive<Activity>(_admissions.OnActivity);
        Receive<TimeUp>(_ => BecomeKeeping());
        ReceiveAny(_ => { });
    }

    private void KeepWhenAllAreGone()
    {
        if (_state.Connections.AllStopped)
        {
            BecomeKeeping();
        }
    }

    private void BecomeKeeping()
    {
        Become(() =>
        {
            Receive<PeerStoreProtocol.Flushed>(_ => BecomeStopped());
            Receive<TimeUp>(_ => BecomeStopped());
                ReceiveAny(_ => { });
        });
        Timers.StartSingleTimer(TimeUp.Instance, TimeUp.Instance, TimeSpan.FromSeconds(1));
        _store.Tell(new PeerStoreProtocol.Stop());
    }

    private void BecomeStopped()
    {
        _state.Announce.Tell(MeshEventKind.Stopped, _node.Node.Id);

        // The feed passes the last event on before it stops; only then may its parent.
        Become(() => Receive<Terminated>(_ => Context.Stop(Self)));
        Context.Watch(_events);
        _events.Tell(PoisonPill.Instance);
    }
}
