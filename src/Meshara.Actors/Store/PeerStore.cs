using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Meshara.Actors.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>
/// The only writer of what is known of peers. Decides, persists, applies, and only then answers. Drift is shown at once and
/// written with the next flush or the next durable command, whichever comes first: so the journal has everything in the order in
/// which it was decided, and a replay adds up to what was shown.
/// </summary>
internal sealed class PeerStore : ReceivePersistentActor, IWithTimers
{
    /// <summary>Drift that waits at most, in events: more than this is flushed before its time.</summary>
    public const int MaxDrift = 1000;

    private readonly IActorRef _owner;
    private readonly StoreSettings _settings;
    private readonly PeerStoreDecisions _decisions;
    private readonly Drift _drift = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <summary>What the journal adds up to.</summary>
    private StoredPeers _durable = StoredPeers.Empty;

    /// <summary>The same with the drift that is not written yet.</summary>
    private StoredPeers _live = StoredPeers.Empty;

    /// <summary>Where the newest good snapshot stands in the journal, and where the last one was tried.</summary>
    private long _snapshot;
    private long _snapshotTried;

    public PeerStore(IActorRef owner, NodeId node, StorePlugin plugin, StoreSettings settings, ReputationPolicy policy)
    {
        _owner = owner;
        _settings = settings;
        _decisions = new PeerStoreDecisions(policy, settings.MaxKnownPeers);
        PersistenceId = $"peer-store-{node}";
        JournalPluginId = plugin.JournalId;
        SnapshotPluginId = plugin.SnapshotId;

        Recover<SnapshotOffer>(OnSnapshot);
        Recover<IStoreEvent>(e => _durable = _durable.Apply(e));
        Recover<RecoveryCompleted>(_ => OnRecovered());
        RecoverAny(unknown => throw new InvalidOperationException($"The peer store cannot replay a {unknown.GetType()}."));

        Command<IRangeCommand>(KeepRange);
        Command<IDurable>(Keep);
        Command<Flush>(_ => OnFlush());
        Command<Stop>(_ => OnStop());
        Command<FlushDue>(_ => Write([], () => { }));
        Command<ICommand>(OnDrift);
        Command<SaveSnapshotSuccess>(saved => OnSnapshotSaved(saved.Metadata.SequenceNr));
        Command<SaveSnapshotFailure>(failed => _log.Warning(
            "The snapshot of the peer store at {SequenceNr} could not be written, the journal stays until the next: {Cause}",
            failed.Metadata.SequenceNr, failed.Cause.Message));
        Command<DeleteMessagesSuccess>(_ => { });
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteMessagesFailure>(failed => _log.Warning(
            "The journal of the peer store could not be trimmed: {Cause}", failed.Cause.Message));
        Command<DeleteSnapshotsFailure>(failed => _log.Warning(
            "Old snapshots of the peer store could not be deleted: {Cause}", failed.Cause.Message));
    }

    public override string PersistenceId { get; }

    public ITimerScheduler Timers { get; set; } = null!;

    private static DateTimeOffset Now => Context.System.Scheduler.Now;

    /// <param name="owner">Who is told what is known and what changes.</param>
    /// <param name="node">Whose store it is: several nodes may share one database.</param>
    public static Props Props(IActorRef owner, NodeId node, StorePlugin plugin, StoreSettings settings, ReputationPolicy policy) =>
        Akka.Actor.Props.Create(() => new PeerStore(owner, node, plugin, settings, policy));

    protected override void PreStart()
    {
        base.PreStart();
        _owner.Tell(new Opening());
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _log.Debug("The peer store could not be read: {Cause}", reason);
        _owner.Tell(new Unavailable($"could not be read: {OneLine(reason)}"));
    }

    /// <summary>The actor stops after this: whether the events were written is not known until they are read again.</summary>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _log.Debug("The peer store could not be written: {Cause}", cause);
        _owner.Tell(new Unavailable($"could not be written: {OneLine(cause)}"));
    }

    /// <summary>An event that cannot be serialized is a bug; the store starts again from what is on the disk.</summary>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        OnPersistFailure(cause, @event, sequenceNr);
        Context.Stop(Self);
    }

    private static string OneLine(Exception cause) => cause.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.');

    private void OnSnapshot(SnapshotOffer offer)
    {
        _durable = (StoredPeers)offer.Snapshot;
        _snapshot = offer.Metadata.SequenceNr;
        _snapshotTried = _snapshot;
    }

    private void OnRecovered()
    {
        _live = _durable;
        _owner.Tell(new Recovered(_live.Peers) { Ranges = _live.Ranges });
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
        IStoreEvent[] all = [.. _drift.Drain(), .. events];
        if (all.Length == 0)
        {
            done();
            return;
        }

        PersistAll(all, e => _durable = _durable.Apply(e), () =>
        {
            _live = _durable;
            done();
            SnapshotIfDue();
        });
    }

    private void Show(IReadOnlyCollection<IPeerStoreEvent> events)
    {
        foreach (var peer in events.Select(e => e.Peer).Distinct())
        {
            _owner.Tell(_live.Peers.TryGetValue(peer, out var known) ? new Changed(known) : new Forgotten(peer));
        }
    }

    /// <summary>
    /// A snapshot holds every peer; where there are more peers than events between two, it waits for as many events.
    /// </summary>
    private void SnapshotIfDue()
    {
        if (LastSequenceNr - _snapshotTried >= Math.Max(_settings.SnapshotEvery, _durable.Peers.Count))
        {
            _snapshotTried = LastSequenceNr;
            SaveSnapshot(_durable);
        }
    }

    /// <summary>
    /// The snapshot before the newest, and the journal since then, stay: should the newest be damaged, nothing is lost.
    /// </summary>
    private void OnSnapshotSaved(long sequenceNr)
    {
        if (_snapshot > 0)
        {
            DeleteMessages(_snapshot);
            DeleteSnapshots(new SnapshotSelectionCriteria(_snapshot - 1));
        }

        _snapshot = sequenceNr;
    }

    /// <summary>To the owner, before anything else: this store is about to read.</summary>
    internal sealed record Opening;

    private sealed record FlushDue;
}
