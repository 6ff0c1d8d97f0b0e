using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using Meshara.Actors.Configuration;
using Meshara.Actors.Telemetry;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>
/// The door to the peer store: starts it behind a <see cref="BackoffSupervisor"/>, passes on what is said to and by it, and answers
/// in its place while it is down, so that nobody waits for a database that is away. Stops the plugins when it stops.
/// <code>
///   Up (from the start) --Unavailable, or it died--> Down --Recovered, and then Resumed: it has written again--> Up
///   Up, Down --Stop--> Stopping --store and plugins have stopped--> gone
/// </code>
/// </summary>
internal sealed partial class PeerStoreSupervisor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan BetweenCompactions = TimeSpan.FromHours(6);

    private readonly IActorRef _owner;
    private readonly StorePlugin _plugin;
    private readonly StoreFigures _figures;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly UnderWay _underWay = new();
    private readonly Postponed _postponed = new();
    private readonly HashSet<IActorRef> _stopping = [];
    private readonly List<IActorRef> _awaitStop = [];
    private readonly IActorRef _backoff;

    /// <summary>The store itself, the one that opened last, is spoken to without a detour. Only the stop is for who would start it again.</summary>
    private IActorRef _store;
    private bool _flushed;
    private string? _cause;
    private DateTimeOffset _since;

    /// <summary>What a store knows that is back, and has yet to show that it can write.</summary>
    private Recovered? _recovered;

    public PeerStoreSupervisor(
        IActorRef owner, NodeId node, StorePlugin plugin, StoreSettings settings, ReputationPolicy policy, string dispatcher, StoreFigures figures)
    {
        _owner = owner;
        _plugin = plugin;
        _figures = figures;
        var store = PeerStore.Props(Self, node, plugin, settings, policy, figures).WithDispatcher(dispatcher);
        _store = _backoff = Context.ActorOf(
            BackoffSupervisor.Props(Akka.Pattern.Backoff
                .OnStop(store, "peers", settings.Restart.Initial, settings.Restart.Max, randomFactor: 0, maxNrOfRetries: -1)
                .WithAutoReset(settings.Restart.Max)
                .WithDefaultStoppingStrategy()
                .WithFinalStopMessage(message => message is Stop)).WithDispatcher(dispatcher),
            "backoff");
        Context.Watch(_backoff);
        Become(Up);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="owner">Who is told what is known, what changes, and whether the store can write.</param>
    /// <param name="node">Whose store it is.</param>
    /// <param name="dispatcher">The dispatcher of the store's actors; the plugins run on their own.</param>
    /// <param name="figures">Where it is written how the store keeps up; null: nowhere.</param>
    public static Props Props(
        IActorRef owner, NodeId node, StorePlugin plugin, StoreSettings settings, ReputationPolicy policy, string dispatcher, StoreFigures? figures = null) =>
        Akka.Actor.Props.Create(() => new PeerStoreSupervisor(owner, node, plugin, settings, policy, dispatcher, figures ?? new NodeFigures().Store))
            .WithDispatcher(dispatcher);

    protected override void PreStart()
    {
        base.PreStart();
        Timers.StartPeriodicTimer(nameof(CompactDue), new CompactDue(), BetweenCompactions);
    }

    protected override void PostStop()
    {
        // Also where nobody said Stop: what this node started must not outlive it.
        _plugin.Stop(Context.System);
        base.PostStop();
    }

    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = base.AroundReceive(receive, message);
        _figures.Queued = _underWay.Count + _postponed.Count;
        return handled;
    }

    private void Up()
    {
        Receive<IDurable>(OnDurable);
        Receive<Stop>(BeginStop);
        Receive<Flush>(flush =>
        {
            _underWay.AddFlush(Sender);
            _store.Tell(flush);
        });
        Receive<ICommand>(OnDrift);
        Receive<Marked>(_ => OnMarked());
        Receive<Unavailable>(GoDown);
        Receive<StoreDied>(_ => GoDown(new Unavailable("stopped unexpectedly")));
        Receive<Recovered>(_owner.Tell);
        Receive<CompactDue>(_ => _underWay.IsIdle, _ => Compact());
        ReceiveAnswers();
    }

    private void Down()
    {
        Receive<Stop>(BeginStop);
        Receive<Flush>(_ => Sender.Tell(new Flushed(Everything: false)));
        Receive<ICommand>(command => Postpone(command, Sender));
        Receive<Unavailable>(again =>
        {
            _recovered = null;
            TellCause(again.Cause);
        });
        Receive<StoreDied>(_ => _recovered = null);
        Receive<Recovered>(recovered =>
        {
            _recovered = recovered;
            _store.Tell(new Resume(_since, _postponed.Lost));
        });
        Receive<Resumed>(_ => _recovered is not null, _ => GoUp());
        ReceiveAnswers();
    }

    private void Stopping()
    {
        Receive<IDurable>(command => Refuse(command, Sender));
        Receive<Stop>(_ => _awaitStop.Add(Sender));
        Receive<Flush>(_ => Sender.Tell(new Flushed(Everything: false)));
        Receive<ICommand>(_ => { });
        Receive<Unavailable>(down => TellCause(down.Cause));
        Receive<StoreDied>(_ => { });
        Receive<Recovered>(_ => { });
        ReceiveAnswers();
    }

    private void ReceiveAnswers()
    {
        Receive<PeerStore.Opening>(_ => _store = Context.WatchWith(Sender, new StoreDied()));
        Receive<Kept>(kept => _underWay.Answer(kept.Request, kept));
        Receive<RangesKept>(kept => _underWay.Answer(kept.Request, kept));
        Receive<Imported>(kept => _underWay.Answer(kept.Request, kept));
        Receive<NotKept>(refused => _underWay.Answer(refused.Request, refused));
        Receive<Flushed>(OnFlushed);
        Receive<Changed>(_owner.Tell);
        Receive<Forgotten>(_owner.Tell);
        Receive<Terminated>(OnStopped);
        Receive<Marked>(_ => { });
        Receive<Resumed>(_ => { });
        Receive<CompactDue>(_ => { });
        Receive<Compacted>(done => _log.Info("The peer store has given {Bytes} bytes back.", done.Bytes));
        Receive<Status.Failure>(failed => _log.Warning("The peer store could not be compacted: {Cause}", failed.Cause.GetBaseException().Message));
    }

    /// <summary>What was under way may be written or not; to write it again does no harm.</summary>
    private void GoDown(Unavailable down)
    {
        _postponed.CountLost(down.Lost);
        foreach (var (command, sender) in _underWay.Take())
        {
            Postpone(command, sender);
        }

        _since = Context.System.Scheduler.Now;
        TellCause(down.Cause);
        Become(Down);
    }

    private void GoUp()
    {
        var lost = _postponed.Lost;
        _log.Info("The peer store is back; {Kept} changes are written now that had to wait, and {Lost} were lost.", _postponed.Count, lost);
        _cause = null;
        Become(Up);
        _owner.Tell(_recovered!);
        _owner.Tell(new Unavailable(null) { Lost = lost });
        _recovered = null;
        PassOnPostponed();
    }

    /// <summary>Once for each cause: the store may be tried for hours.</summary>
    private void TellCause(string? cause)
    {
        if (cause != _cause)
        {
            _log.Warning("The peer store is tried again, the node goes on from memory: it {Cause}", cause);
            _cause = cause;
            _owner.Tell(new Unavailable(cause));
        }
    }

    /// <summary>The store answers in the order in which it was asked; its answer to the stop is the last.</summary>
    private void OnFlushed(Flushed flushed) => _flushed |= !_underWay.AnswerFlush(flushed);

    private void BeginStop(Stop stop)
    {
        _awaitStop.Add(Sender);
        if (_cause is null)
        {
            PassOnPostponed();
        }

        Become(Stopping);
        _backoff.Tell(stop);
    }

    /// <summary>First the store has stopped; then its plugins, which are told to; then this.</summary>
    private void OnStopped(Terminated terminated)
    {
        if (terminated.ActorRef.Equals(_backoff))
        {
            RefusePending();
            _stopping.UnionWith(_plugin.Stop(Context.System));
            foreach (var plugin in _stopping)
            {
                Context.Watch(plugin);
            }
        }

        _stopping.Remove(terminated.ActorRef);
        if (_stopping.Count == 0)
        {
            _plugin.Release();
            _awaitStop.ForEach(waiting => waiting.Tell(new Flushed(_flushed)));
            Context.Stop(Self);
        }
    }

    /// <summary>Beside the store, not in it: only a write that comes meanwhile waits.</summary>
    private void Compact() => Task.Run(_plugin.CompactIfWorthwhile).PipeTo(Self, success: bytes => new Compacted(bytes));

    private sealed record StoreDied;

    private sealed record CompactDue;

    private sealed record Compacted(long Bytes);
}
