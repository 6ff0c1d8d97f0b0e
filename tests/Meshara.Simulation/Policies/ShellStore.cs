using System.Collections.Immutable;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Meshara.Simulation.Fleet;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Simulation.Policies;

/// <summary>What the store decides, and a disk that takes time; see <see cref="Actors.SimulatedStore"/>.</summary>
/// <param name="tell">Tells the node, when what is happening now has happened.</param>
internal sealed class ShellStore(Member member, NodeClock clock, PolicyEngine engine, Action<object> tell)
{
    private static readonly TimeSpan WriteTime = TimeSpan.FromMilliseconds(5);

    private readonly PeerStoreDecisions _decisions = new(new ReputationPolicy(), new StoreSettings().MaxKnownPeers);
    private StoredPeers _book = member.Disk;
    private bool _flushIsDue;

    public bool IsGone { get; set; }

    public void On(object message)
    {
        switch (message)
        {
            case IDurable command:
                engine.Time.After(WriteTime, () => Keep(command));
                break;
            case ICommand drift:
                Apply(_decisions.DecideDrift(_book, drift, clock.Now));
                if (!_flushIsDue)
                {
                    _flushIsDue = true;
                    engine.Time.After(TimeSpan.FromSeconds(1), Flush);
                }

                break;
        }
    }

    public void Flush()
    {
        _flushIsDue = false;
        if (!IsGone)
        {
            member.Disk = _book;
        }
    }

    private void Keep(IDurable command)
    {
        if (IsGone)
        {
            return;
        }

        var decision = _decisions.Decide(_book, command, clock.Now);
        Apply(decision.Events);
        Flush();
        tell(decision.Refusal is { } refusal
            ? new NotKept(command.Request, refusal)
            : new Kept(command.Request, _book.Peers[PeerStoreDecisions.PeerOf(command)]));
    }

    private void Apply(ImmutableArray<IPeerStoreEvent> events)
    {
        foreach (var e in events)
        {
            _book = _book.Apply(e);
        }

        for (var i = 0; i < events.Length; i++)
        {
            var peer = events[i].Peer;
            if (events.Take(i).All(e => e.Peer != peer))
            {
                tell(_book.Peers.TryGetValue(peer, out var known) ? new Changed(known) : new Forgotten(peer));
            }
        }
    }
}
