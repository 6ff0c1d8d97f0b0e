using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using Meshara.Actors.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>
/// The door to the peer store: starts it behind a <see cref="BackoffSupervisor"/>, passes on what is said to and by it, and answers
/// in its place while it is down, so that nobody waits for a database that is away. Stops the plugins when it stops.
/// <code>
///   Up (from the start) --Unavailable, or it died--> Down --Recovered--> Up
///   Up, Down --Stop--> Stopping --store and plugins have stopped--> gone
/// </code>
/// </summary>
internal sealed class PeerStoreSupervisor : ReceiveActor
{
    /// <summary>Durable commands that may wait for their answer; more are refused.</summary>
    public const int MaxPending = 4096;

    private readonly IActorRef _owner;
    private readonly StorePlugin _plugin;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<long, IActorRef> _pending = [];
    private readonly Queue<IActorRef> _flushing = [];
    private readonly HashSet<IActorRef> _stopping = [];
    private readonly List<IActorRef> _awaitStop = [];
    private readonly IActorRef _backoff;
    private bool _flushed;
    private long _dropped;
    private string? _cause;

    public PeerStoreSupervisor(
        IActorRef owner, NodeId node, StorePlugin plugin, StoreSettings settings, ReputationPolicy policy, string dispatcher)
    {
        _owner = owner;
        _plugin = plugin;
        var store = PeerStore.Props(Self, node, plugin, settings, policy).WithDispatcher(dispatcher);
        _backoff = Context.ActorOf(
            BackoffSupervisor.Props(Akka.Pattern.Backoff
                .OnStop(store, "peers", settings.Restart.Initial, settings.Restart.Max, randomFactor: 0, maxNrOfRetries: -1)
                .WithAutoReset(settings.Restart.Max)
                .WithDefaultStoppingStrategy()
                .WithFinalStopMessage(message => message is Stop)).WithDispatcher(dispatcher),
            "backoff");
        Context.Watch(_backoff);
        Become(Up);
    }

    /// <param name="owner">Who is told what is known, what changes, and whether the store can write.</param>
    /// <param name="node">Whose store it is.</param>
    /// <param name="dispatcher">The dispatcher of the store's actors; the plugins run on their own.</param>
    public static Props Props(
        IActorRef owner, NodeId node, StorePlugin plugin, StoreSettings settings, ReputationPolicy policy, string dispatcher) =>
        Akka.Actor.Props.Create(() => new PeerStoreSupervisor(owner, node, plugin, settings, policy, dispatcher))
            .WithDispatcher(dispatcher);

    protected override void PostStop()
    {
        // Also where nobody said Stop: what this node started must not outlive it.
        _plugin.Stop(Context.System);
        base.PostStop();
    }

    private void Up()
    {
        Receive<IDurable>(command =>
        {
            if (_pending.Count >= MaxPending)
            {
                Refuse(command);
                return;
            }

            _pending[command.Request] = Sender;
            _backoff.Tell(command);
        });
        Receive<Stop>(BeginStop);
        Receive<Flush>(flush =>
        {
            _flushing.Enqueue(Sender);
            _backoff.Tell(flush);
        });
        Receive<ICommand>(_backoff.Tell);
        Receive<Unavailable>(down => GoDown(down.Cause));
        Receive<StoreDied>(_ => GoDown("stopped unexpectedly"));
        Receive<Recovered>(_owner.Tell);
        ReceiveAnswers();
    }

    private void Down()
    {
        Receive<IDurable>(Refuse);
        Receive<Stop>(BeginStop);
        Receive<Flush>(_ => Sender.Tell(new Flushed(Everything: false)));
        Receive<ICommand>(_ => _dropped++);
        Receive<Unavailable>(again => TellCause(again.Cause));
        Receive<StoreDied>(_ => { });
        Receive<Recovered>(recovered =>
        {
            _log.Info("The peer store is back; {Dropped} updates of scores, dials and traffic were dropped meanwhile.", _dropped);
            (_dropped, _cause) = (0, null);
            Become(Up);
            _owner.Tell(recovered);
            _owner.Tell(new Unavailable(null));
        });
        ReceiveAnswers();
    }

    private void Stopping()
    {
        Receive<IDurable>(Refuse);
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
        Receive<PeerStore.Opening>(_ => Context.WatchWith(Sender, new StoreDied()));
        Receive<Kept>(kept => Answer(kept.Request, kept));
        Receive<RangesKept>(kept => Answer(kept.Request, kept));
        Receive<NotKept>(refused => Answer(refused.Request, refused));
        Receive<Flushed>(OnFlushed);
        Receive<Changed>(_owner.Tell);
        Receive<Forgotten>(_owner.Tell);
        Receive<Terminated>(OnStopped);
    }

    private void GoDown(string? cause)
    {
        RefusePending();
        TellCause(cause);
        Become(Down);
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

    private void Refuse(IDurable command) => Sender.Tell(new NotKept(command.Request, Reason.StoreUnavailable));

    private void RefusePending()
    {
        foreach (var (request, sender) in _pending)
        {
            sender.Tell(new NotKept(request, Reason.StoreUnavailable));
        }

        foreach (var sender in _flushing)
        {
            sender.Tell(new Flushed(Everything: false));
        }

        _pending.Clear();
        _flushing.Clear();
    }

    /// <summary>The store answers in the order in which it was asked; its answer to the stop is the last.</summary>
    private void OnFlushed(Flushed flushed)
    {
        if (_flushing.TryDequeue(out var sender))
        {
            sender.Tell(flushed);
        }
        else
        {
            _flushed = true;
        }
    }

    private void Answer(long request, object answer)
    {
        if (_pending.Remove(request, out var sender))
        {
            sender.Tell(answer);
        }
    }

    private void BeginStop(Stop stop)
    {
        _awaitStop.Add(Sender);
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

    private sealed record StoreDied;
}
