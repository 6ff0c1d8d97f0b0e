using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using Akka.Persistence;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>
/// The only writer of what is known of peers, event-sourced. What is durable is on the disk before it is answered; drift shows at
/// once and is written once a flush interval. When a write fails it stops, and the <see cref="BackoffSupervisor"/> around it
/// starts it again.
/// </summary>
internal sealed class PeerStore : ReceivePersistentActor, IWithTimers
{
    private readonly IActorRef _owner;
    private readonly StoreSettings _settings;
    private readonly ReputationPolicy _policy;
    private readonly NodeClock _clock;
    private readonly Drift _drift = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private PeerLedger _ledger = PeerLedger.Empty;
    private int _sinceSnapshot;
    private long? _previousSnapshot;

    public PeerStore(string persistenceId, StorePlugin plugin, IActorRef owner, MesharaSettings settings, NodeClock clock)
    {
        PersistenceId = persistenceId;
        JournalPluginId = plugin.JournalId;
        SnapshotPluginId = plugin.SnapshotId;
        _owner = owner;
        _settings = settings.Store;
        _policy = settings.Reputation;
        _clock = clock;

        Recover<SnapshotOffer>(offer =>
        {
            _ledger = (PeerLedger)offer.Snapshot;
            _previousSnapshot = offer.Metadata.SequenceNr;
        });
        Recover<IPeerStoreEvent>(e =>
        {
            _ledger = _ledger.Apply(e);
            _sinceSnapshot++;
        });
        Recover<RecoveryCompleted>(_ =>
        {
            _owner.Tell(new Recovered(_ledger.Peers));
            _owner.Tell(new Unavailable(null));
        });
        Commands();
    }

    public override string PersistenceId { get; }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The store inside its <see cref="BackoffSupervisor"/>.</summary>
    public static Props Props(string persistenceId, StorePlugin plugin, IActorRef owner, MesharaSettings settings, NodeClock clock)
    {
        var store = Akka.Actor.Props.Create(() => new PeerStore(persistenceId, plugin, owner, settings, clock))
            .WithDispatcher(settings.Dispatcher);
        var restart = settings.Store.Restart;
        return BackoffSupervisor.Props(Akka.Pattern.Backoff.OnStop(store, "journal", restart.Initial, restart.Max, randomFactor: 0.2, maxNrOfRetries: -1)
            .WithFinalStopMessage(message => message is Stop))
            .WithDispatcher(settings.Dispatcher);
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => TellUnavailable(cause);

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        TellUnavailable(cause);

        // What was decided is not on the disk: memory and disk agree again after a recovery.
        Context.Stop(Self);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => TellUnavailable(reason);

    private void Commands()
    {
        Command<IDurable>(Keep);
        Command<DialEnded>(d => Note(new AddressTried(d.Peer, d.Address, d.Failure, _clock.Now)));
        Command<PeerStoreProtocol.AddressHeard>(h => Note(new AddressHeard(h.Peer, h.Address, _clock.Now)));
        Command<PeerStoreProtocol.Traffic>(t => Note(new TrafficCounted(t.Peer, t.Sent, t.Received, t.LastSeen, _clock.Now)));
        Command<Judge>(judge =>
        {
            if (_ledger[judge.Peer] is { } peer && !peer.IsBanned(_clock.Now))
            {
                var before = peer.Reputation.ScoreAt(_clock.Now, _policy);
                var after = peer.Reputation.After(judge.Cause, _clock.Now, _policy, judge.Times);
                Note(new ReputationChanged(judge.Peer, judge.Cause, after.Score - before, after, _clock.Now));
            }
        });
        Command<FlushDue>(_ => Write(then: null));
        Command<Flush>(_ =>
        {
            var sender = Sender;
            Write(() => sender.Tell(new Flushed()));
        });
        Command<Stop>(_ =>
        {
            var sender = Sender;
            Write(() =>
            {
                sender.Tell(new Flushed());
                Context.Stop(Self);
            });
        });
        Command<SaveSnapshotSuccess>(OnSnapshotSaved);
        Command<SaveSnapshotFailure>(failure => _log.Warning("The snapshot of the peer store was not saved: {0}", failure.Cause.Message));
        Command<DeleteMessagesFailure>(failure => _log.Warning("Old events of the peer store were not deleted: {0}", failure.Cause.Message));
        Command<DeleteSnapshotsFailure>(failure => _log.Warning("Old snapshots of the peer store were not deleted: {0}", failure.Cause.Message));
        Command<DeleteMessagesSuccess>(_ => { });
        Command<DeleteSnapshotsSuccess>(_ => { });
    }

    private void Keep(IDurable command)
    {
        var peer = PeerDecisions.PeerOf(command);
        if (PeerDecisions.Decide(_ledger, command, _clock.Now, _policy, _settings.MaxKnownPeers) is not { } events)
        {
            Sender.Tell(new NotKept(command.Request, Reason.UnknownPeer));
            return;
        }

        if (events.Count == 0)
        {
            Sender.Tell(new Kept(command.Request, _ledger[peer]!));
            return;
        }

        var sender = Sender;
        PersistAll(events, Apply, () =>
        {
            sender.Tell(new Kept(command.Request, _ledger[peer]!));
            SnapshotIfDue();
        });
    }

    private void Note(IPeerStoreEvent drift)
    {
        if (_ledger[drift.Peer] is null)
        {
            return;
        }

        Apply(drift);
        if (_drift.IsEmpty)
        {
            Timers.StartSingleTimer(FlushDue.Instance, FlushDue.Instance, _settings.FlushInterval);
        }

        _drift.Add(drift);
    }

    private void Write(Action? then)
    {
        var events = _drift.Take();
        if (events.Count == 0)
        {
            then?.Invoke();
            return;
        }

        // It was applied when it was noted: there is nothing left to do for each event.
        PersistAll(events, _ => { }, () =>
        {
            then?.Invoke();
            SnapshotIfDue();
        });
    }

    private void Apply(IPeerStoreEvent e)
    {
        var before = _ledger;
        _ledger = _ledger.Apply(e);
        if (_ledger[e.Peer] is not { } peer)
        {
            _owner.Tell(new Forgotten(e.Peer));
            return;
        }

        _sinceSnapshot++;
        _owner.Tell(new Changed(peer));
        if (e is KeyPinned pinned && before.Pins.TryGetValue(pinned.Address, out var former) && former != e.Peer && _ledger[former] is { } loser)
        {
            _owner.Tell(new Changed(loser));
        }
    }

    private void SnapshotIfDue()
    {
        if (_sinceSnapshot >= _settings.SnapshotEvery)
        {
            _sinceSnapshot = 0;
            SaveSnapshot(_ledger);
        }
    }

    private void OnSnapshotSaved(SaveSnapshotSuccess saved)
    {
        // The one before is kept with the events since: should the newest turn out to be damaged, nothing is lost.
        if (_previousSnapshot is { } previous)
        {
            DeleteMessages(previous);
            DeleteSnapshots(new SnapshotSelectionCriteria(previous - 1));
        }

        _previousSnapshot = saved.Metadata.SequenceNr;
    }

    private void TellUnavailable(Exception cause) => _owner.Tell(new Unavailable(Innermost(cause)));

    private static string Innermost(Exception e) => e.GetBaseException().Message.ReplaceLineEndings(" ");

    private sealed record FlushDue
    {
        public static readonly FlushDue Instance = new();
    }
}
