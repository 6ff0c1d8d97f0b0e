using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store.Upkeep;
using Meshara.Actors.Telemetry;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>
/// The only writer of what is known of peers. Decides, persists, applies, and only then answers. Drift is shown at once and
/// written with the next flush or the next durable command, whichever comes first: so the journal has everything in the order in
/// which it was decided, and a replay adds up to what was shown.
/// </summary>
internal sealed partial class PeerStore : ReceivePersistentActor, IWithTimers
{
    /// <summary>Drift that waits at most, in events: more than this is flushed before its time.</summary>
    public const int MaxDrift = 1000;

    private readonly IActorRef _owner;
    private readonly StorePlugin _plugin;
    private readonly StoreFigures _figures;
    private readonly StoreSettings _settings;
    private readonly PeerStoreDecisions _decisions;
    private readonly Drift _drift = new();
    private readonly SnapshotPlan _snapshots;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <summary>Drift that is being written.</summary>
    private int _atRisk;

    /// <summary>What the journal adds up to.</summary>
    private StoredPeers _durable = StoredPeers.Empty;

    /// <summary>The same with the drift that is not written yet.</summary>
    private StoredPeers _live = StoredPeers.Empty;

    public PeerStore(IActorRef owner, NodeId node, StorePlugin plugin, StoreSettings settings, ReputationPolicy policy, StoreFigures figures)
    {
        _figures = figures;
        _owner = owner;
        _plugin = plugin;
        _settings = settings;
        _snapshots = new SnapshotPlan(settings);
        _decisions = new PeerStoreDecisions(policy, settings.MaxKnownPeers);
        PersistenceId = StoreRows.PersistenceIdOf(node);
        JournalPluginId = plugin.JournalId;
        SnapshotPluginId = plugin.SnapshotId;

        Recoveries();
        Command<IRangeCommand>(KeepRange);
        Command<Import>(KeepAll);
        Command<IDurable>(Keep);
        Command<Flush>(_ => OnFlush());
        Command<Stop>(_ => OnStop());
        Command<FlushDue>(_ => Write([], () => { }));
        Command<Mark>(_ => Sender.Tell(new Marked()));
        Command<Resume>(OnResume);
        Command<ICommand>(OnDrift);
        Snapshots();
    }

    public override string PersistenceId { get; }

    public ITimerScheduler Timers { get; set; } = null!;

    private static DateTimeOffset Now => Context.System.Scheduler.Now;

    private static TimeSpan Elapsed => Context.System.Scheduler.HighResMonotonicClock;

    /// <param name="owner">Who is told what is known and what changes.</param>
    /// <param name="node">Whose store it is: several nodes may share one database.</param>
    public static Props Props(
        IActorRef owner, NodeId node, StorePlugin plugin, StoreSettings settings, ReputationPolicy policy, StoreFigures figures) =>
        Akka.Actor.Props.Create(() => new PeerStore(owner, node, plugin, settings, policy, figures));

    protected override void PreStart()
    {
        _owner.Tell(new Opening());
        if (_plugin.WhyGone() is { } gone)
        {
            Fail(gone);
            return;
        }

        base.PreStart();
    }

    /// <summary>
    /// The actor stops after this: whether the events were written is not known until they are read again. The connections are made anew
    /// too, since SQLite opens what it may not write for reading only, and such a connection can never write again.
    /// </summary>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _plugin.Release();
        _log.Debug("The peer store could not be written: {Cause}", cause);
        _owner.Tell(new Unavailable($"could not be written: {OneLine(cause)}{_plugin.Remark()}") { Lost = _atRisk + _drift.Count });
    }

    private void Fail(string cause)
    {
        _owner.Tell(new Unavailable(cause) { Lost = _drift.Count });
        Context.Stop(Self);
    }

    /// <summary>An event that cannot be serialized is a bug; the store starts again from what is on the disk.</summary>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        OnPersistFailure(cause, @event, sequenceNr);
        Context.Stop(Self);
    }

    private static string OneLine(Exception cause) => cause.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.');

    private void Apply(IStoreEvent e)
    {
        _durable = _durable.Apply(e);
        _snapshots.Added(e.Count);
    }

    private void Keep(IDurable command)
    {
        var decision = _decisions.Decide(_live, command, Now);
        if (decision.Refusal is { } reason)
        {
            Sender.Tell(new NotKept(command.Request, reason));
            return;
        }

        var sender = Sender;
        var peer = PeerStoreDecisions.PeerOf(command);
        if (decision.Events.IsEmpty)
        {
            sender.Tell(new Kept(command.Request, _live.Peers[peer]));
            return;
        }

        Write(decision.Events, () =>
        {
            Show(decision.Events);
            sender.Tell(new Kept(command.Request, _live.Peers[peer]));
        });
    }

    private void KeepRange(IRangeCommand command)
    {
        var sender = Sender;
        var (events, refusal) = RangeBanDecisions.Decide(_live.Ranges, command, Now);
        if (refusal is { } reason)
        {
            sender.Tell(new NotKept(command.Request, reason));
            return;
        }

        Write(events, () => sender.Tell(new RangesKept(command.Request, _live.Ranges)));
    }

    private void KeepAll(Import command)
    {
        var sender = Sender;
        var merged = ImportDecisions.Decide(_live, command, _settings.MaxKnownPeers, Now);
        var answer = new Imported(command.Request, merged.Added, merged.Changed, merged.LeftOut);
        if (merged.Events.IsEmpty)
        {
            sender.Tell(answer);
            return;
        }

        Write(merged.Events, () =>
        {
            Show([.. merged.Events.OfType<IPeerStoreEvent>()]);
            sender.Tell(answer);
        });
    }

    private void OnDrift(ICommand command)
    {
        NodeId? speaksOf = command switch { AddressHeard c => c.Peer, RecordSeen c => c.Record.Peer, _ => null };
        if (speaksOf is { } peer && !_drift.TakesAddressOf(peer))
        {
            return;
        }

        var events = _decisions.DecideDrift(_live, command, Now);
        foreach (var e in events)
        {
            _live = _live.Apply(e);
            _drift.Add(e);
        }

        if (_drift.Count >= MaxDrift)
        {
            Write([], () => { });
        }
        else if (_drift.Count > 0 && !Timers.IsTimerActive(nameof(FlushDue)))
        {
            Timers.StartSingleTimer(nameof(FlushDue), new FlushDue(), _settings.FlushInterval);
        }

        Show(events);
    }

    private void OnResume(Resume resume)
    {
        var sender = Sender;
        Write([new OutageEnded(Now, resume.Since, resume.Lost)], () => sender.Tell(new Resumed()));
    }

    private void OnFlush()
    {
        var sender = Sender;
        Write([], () => sender.Tell(new Flushed()));
    }

    private void OnStop()
    {
        var sender = Sender;
        Write([], () =>
        {
            sender.Tell(new Flushed());
            Context.Stop(Self);
        });
    }

    /// <summary>Writes the drift, then <paramref name="events"/>, in one transaction. Commands wait meanwhile.</summary>
    private void Write(IEnumerable<IStoreEvent> events, Action done)
    {
        Timers.Cancel(nameof(FlushDue));
        IStoreEvent[] last = [.. events];
        if (_drift.Count + last.Length == 0)
        {
            done();
            return;
        }

        if (_plugin.WhyGone() is { } gone)
        {
            Fail(gone);
            return;
        }

        _atRisk = _drift.Count;
        IStoreEvent[] all = _drift.Count == 0 ? last : [new DriftFlushed(_drift.Drain()), .. last];
        var began = Elapsed;
        PersistAll(all, Apply, () =>
        {
            _figures.Wrote(Elapsed - began, Now);
            _atRisk = 0;
            _live = _durable;

            // By the time of the write, not by that at which whoever is answered goes on.
            SnapshotIfDue();
            done();
        });
    }

    private void Show(IReadOnlyCollection<IPeerStoreEvent> events)
    {
        foreach (var peer in events.Select(e => e.Peer).Distinct())
        {
            _owner.Tell(_live.Peers.TryGetValue(peer, out var known) ? new Changed(known) : new Forgotten(peer));
        }
    }

    /// <summary>To the owner, before anything else: this store is about to read.</summary>
    internal sealed record Opening;

    private sealed record FlushDue;
}
