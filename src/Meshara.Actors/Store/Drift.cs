using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreEvents;

namespace Meshara.Actors.Store;

/// <summary>
/// Events that wait for the next flush, coalesced: of each peer at most one count of traffic, as many changes of its score as its history
/// shows, one outcome of a dial for each address, and a bounded number of addresses and records. What is drained adds up to what was added.
/// </summary>
internal sealed class Drift
{
    /// <summary>
    /// Addresses of one peer that may be heard or forgotten between two flushes; a peer that names more each time is not listened
    /// to.
    /// </summary>
    public const int MaxAddressChanges = 2 * KnownPeer.MaxAddresses;

    private readonly Dictionary<Slot, (long Order, IPeerStoreEvent Event)> _events = [];
    private readonly Dictionary<NodeId, int> _addressChanges = [];
    private readonly Dictionary<NodeId, LinkedList<Slot>> _judgements = [];
    private long _order;

    public int Count => _events.Count;

    /// <summary>Whether another address of the peer may be heard before the next flush.</summary>
    public bool TakesAddressOf(NodeId peer) => _addressChanges.GetValueOrDefault(peer) < MaxAddressChanges;

    public void Add(IPeerStoreEvent e)
    {
        _order++;
        if (e is Forgotten)
        {
            // What waits of a peer that is forgotten matters no more, and must not be added to what is learned of it anew.
            foreach (var obsolete in _events.Keys.Where(s => s.Peer == e.Peer).ToList())
            {
                _events.Remove(obsolete);
            }

            _judgements.Remove(e.Peer);
        }

        var slot = SlotOf(e);
        var coalesced = _events.TryGetValue(slot, out var waiting) ? Coalesce(waiting.Event, e) : e;

        // The later takes its place at the end: it speaks of the peer as the events between the two have left it.
        _events[slot] = (_order, coalesced);
    }

    /// <summary>What waits, the earliest first; nothing waits then.</summary>
    public ImmutableArray<IPeerStoreEvent> Drain()
    {
        ImmutableArray<IPeerStoreEvent> events = [.. _events.Values.OrderBy(e => e.Order).Select(e => e.Event)];
        _events.Clear();
        _addressChanges.Clear();
        _judgements.Clear();
        return events;
    }

    private static IPeerStoreEvent Coalesce(IPeerStoreEvent earlier, IPeerStoreEvent later) => (earlier, later) switch
    {
        (TrafficCounted a, TrafficCounted b) => b with
        {
            Sent = a.Sent + b.Sent, Received = a.Received + b.Received, LastSeen = StoredPeers.Later(a.LastSeen, b.LastSeen),
        },
        (ReputationChanged a, ReputationChanged b) => b with { Delta = ReputationHistory.Sum(a.Delta, b.Delta) },
        (DialEnded, DialEnded b) => b,
        _ => throw new InvalidOperationException($"{earlier.GetType().Name} and {later.GetType().Name} do not coalesce."),
    };

    private Slot SlotOf(IPeerStoreEvent e)
    {
        switch (e)
        {
            case ReputationChanged judged:
                return SlotOf(judged);
            case TrafficCounted or Forgotten:
                return new Slot(e.Peer, e.GetType());
            case DialEnded dial:
                return new Slot(e.Peer, e.GetType(), dial.Address);
            case AddressHeard or AddressForgotten or RecordLearned:
                _addressChanges[e.Peer] = _addressChanges.GetValueOrDefault(e.Peer) + 1;
                return new Slot(e.Peer, e.GetType(), Single: _order);
            default:
                throw new ArgumentOutOfRangeException(nameof(e), e, "Not drift.");
        }
    }

    /// <summary>
    /// A gain joins the one before it if that has the same cause, every other change stands for itself: so the history is the same whether
    /// it is added up before the flush or after. More than the history shows are not kept: each carries the score that it led to.
    /// </summary>
    private Slot SlotOf(ReputationChanged e)
    {
        if (!_judgements.TryGetValue(e.Peer, out var waiting))
        {
            _judgements[e.Peer] = waiting = [];
        }

        if (waiting.Last is { Value: var last } && _events[last].Event is ReputationChanged before
            && ReputationHistory.IsRun(before.Cause, before.Delta, e.Cause, e.Delta))
        {
            return last;
        }

        // One more than is shown, because the first of the rest may be part of a run that began before.
        if (waiting.Count > ReputationHistory.MaxEntries)
        {
            _events.Remove(waiting.First!.Value);
            waiting.RemoveFirst();
        }

        var slot = new Slot(e.Peer, e.GetType(), Single: _order);
        waiting.AddLast(slot);
        return slot;
    }

    private readonly record struct Slot(NodeId Peer, Type Kind, PeerAddress? Address = null, long Single = 0);
}
