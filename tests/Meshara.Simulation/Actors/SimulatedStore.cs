using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Meshara.Simulation.Fleet;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Simulation.Actors;

/// <summary>
/// A peer store with the decisions of the real one and a disk that takes time: a durable command is answered when it has been written,
/// drift is written once in a flush interval, and what was not written is not there after a crash.
/// </summary>
internal sealed class SimulatedStore : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan WriteTime = TimeSpan.FromMilliseconds(5);

    private readonly IActorRef _owner;
    private readonly Member _member;
    private readonly PeerStoreDecisions _decisions = new(new ReputationPolicy(), new StoreSettings().MaxKnownPeers);
    private readonly Queue<(IDurable Command, IActorRef Asker)> _waiting = new();
    private readonly NodeClock _clock;
    private StoredPeers _book;

    public SimulatedStore(IActorRef owner, Member member, NodeClock clock)
    {
        (_owner, _member, _clock, _book) = (owner, member, clock, member.Disk);
        Receive<IDurable>(command =>
        {
            _waiting.Enqueue((command, Sender));
            Arm(Written.Instance, WriteTime);
        });
        Receive<Written>(_ => Write());
        Receive<Stop>(_ =>
        {
            Write();
            Sender.Tell(new Flushed());
            Context.Stop(Self);
        });
        Receive<ICommand>(drift =>
        {
            Apply(_decisions.DecideDrift(_book, drift, _clock.Now));
            Arm(FlushDue.Instance, TimeSpan.FromSeconds(1));
        });
        Receive<FlushDue>(_ => _member.Disk = _book);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => _owner.Tell(new Recovered(_book.Peers) { Ranges = _book.Ranges });

    private void Arm(object timer, TimeSpan wait)
    {
        if (!Timers.IsTimerActive(timer))
        {
            Timers.StartSingleTimer(timer, timer, wait);
        }
    }

    private void Write()
    {
        var answers = new List<(IActorRef Asker, object Answer)>();
        while (_waiting.TryDequeue(out var next))
        {
            answers.Add((next.Asker, Decide(next.Command)));
        }

        _member.Disk = _book;
        answers.ForEach(a => a.Asker.Tell(a.Answer));
    }

    private object Decide(IDurable command)
    {
        if (command is IRangeCommand about)
        {
            var (events, refused) = RangeBanDecisions.Decide(_book.Ranges, about, _clock.Now);
            _book = events.Aggregate(_book, (book, e) => book.Apply(e));
            return refused is { } why ? new NotKept(command.Request, why) : new RangesKept(command.Request, _book.Ranges);
        }

        var decision = _decisions.Decide(_book, command, _clock.Now);
        Apply(decision.Events);
        return decision.Refusal is { } refusal
            ? new NotKept(command.Request, refusal)
            : new Kept(command.Request, _book.Peers[PeerStoreDecisions.PeerOf(command)]);
    }

    private void Apply(IReadOnlyCollection<IPeerStoreEvent> events)
    {
        foreach (var e in events)
        {
            _book = _book.Apply(e);
        }

        foreach (var peer in events.Select(e => e.Peer).Distinct())
        {
            _owner.Tell(_book.Peers.TryGetValue(peer, out var known) ? new Changed(known) : new Forgotten(peer));
        }
    }

    private sealed record Written
    {
        public static readonly Written Instance = new();
    }

    private sealed record FlushDue
    {
        public static readonly FlushDue Instance = new();
    }
}
