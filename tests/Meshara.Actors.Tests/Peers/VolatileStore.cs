using Akka.Actor;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Peers;

/// <summary>A peer store with the decisions of the real one and no disk. What it holds outlives it, so that a node can start again.</summary>
internal sealed class VolatileStore : ReceiveActor
{
    private readonly Disk _disk;
    private readonly IActorRef _owner;
    private readonly PeerStoreDecisions _decisions = new(new ReputationPolicy(), 1000);

    public VolatileStore(IActorRef owner, Disk disk)
    {
        (_owner, _disk) = (owner, disk);
        var scheduler = Context.System.Scheduler;
        Receive<IRangeCommand>(command => _disk.Cause is null, command =>
        {
            var (events, refusal) = RangeBanDecisions.Decide(_disk.Book.Ranges, command, scheduler.Now);
            _disk.Book = events.Aggregate(_disk.Book, (book, e) => book.Apply(e));
            Sender.Tell(refusal is { } reason ? new NotKept(command.Request, reason) : new RangesKept(command.Request, _disk.Book.Ranges));
        });
        Receive<IDurable>(command =>
        {
            if (_disk.Cause is not null)
            {
                Sender.Tell(new NotKept(command.Request, Reason.StoreUnavailable));
                return;
            }

            var decision = _decisions.Decide(_disk.Book, command, scheduler.Now);
            Apply(decision.Events);
            object answer = decision.Refusal is { } refusal
                ? new NotKept(command.Request, refusal)
                : new Kept(command.Request, _disk.Book.Peers[PeerStoreDecisions.PeerOf(command)]);
            Sender.Tell(answer);
        });
        Receive<Stop>(_ =>
        {
            Sender.Tell(new Flushed());
            Context.Stop(Self);
        });
        Receive<ICommand>(drift => Apply(_decisions.DecideDrift(_disk.Book, drift, scheduler.Now)));
        Receive<string>(cause =>
        {
            _disk.Cause = cause.Length == 0 ? null : cause;
            _owner.Tell(new Unavailable(_disk.Cause));
        });
    }

    protected override void PreStart() => _owner.Tell(
        _disk.Cause is { } cause ? new Unavailable(cause) : new Recovered(_disk.Book.Peers) { Ranges = _disk.Book.Ranges });

    private void Apply(IReadOnlyCollection<IPeerStoreEvent> events)
    {
        foreach (var e in events)
        {
            _disk.Book = _disk.Book.Apply(e);
        }

        foreach (var peer in events.Select(e => e.Peer).Distinct())
        {
            _owner.Tell(_disk.Book.Peers.TryGetValue(peer, out var known) ? new Changed(known) : new Forgotten(peer));
        }
    }

    /// <summary>What a store holds.</summary>
    public sealed class Disk
    {
        public StoredPeers Book { get; set; } = StoredPeers.Empty;

        /// <summary>Why it cannot write; null: it can.</summary>
        public string? Cause { get; set; }

        public KnownPeer? this[NodeId peer] => Book.Peers.GetValueOrDefault(peer);
    }
}
