using System.Net;
using Akka.Actor;
using Meshara.Actors.Store;
using Meshara.Actors.Telemetry;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>
/// The supervisor's view of what is known of peers: a copy that the store keeps up to date, and the way to tell the store. Durable
/// changes answer with what came of them.
/// </summary>
/// <param name="figures">Where it is counted who is known, and what moves scores.</param>
internal sealed class PeerBook(IActorRef store, NodeFigures figures)
{
    private readonly Dictionary<long, Action<KnownPeer?, Reason?>> _waiting = [];

    /// <summary>Who proved to be at each address; to look through all peers whenever somebody is dialled would take milliseconds.</summary>
    private readonly Dictionary<PeerAddress, NodeId> _pins = [];
    private HashTrie<NodeId, KnownPeer> _peers = HashTrie<NodeId, KnownPeer>.Empty;
    private long _request;

    public int Count => _peers.Count;

    /// <summary>How many are manual peers.</summary>
    public int ManualCount { get; private set; }

    /// <summary>Changes whenever somebody becomes a manual peer, or no longer is one.</summary>
    public long ManualVersion { get; private set; }

    public IEnumerable<KnownPeer> All => _peers.Values;

    public IReadOnlyDictionary<NodeId, KnownPeer> Peers => _peers;

    public KnownPeer? this[NodeId peer] => _peers.GetValueOrDefault(peer);

    /// <summary>The peer whose key answered at the address before.</summary>
    public KnownPeer? PinnedAt(PeerAddress address) => _pins.TryGetValue(address, out var peer) ? this[peer] : null;

    public void Fill(HashTrie<NodeId, KnownPeer> peers)
    {
        _peers = peers;
        ManualVersion++;
        ManualCount = peers.Values.Count(p => p.Manual);
        _pins.Clear();
        foreach (var peer in peers.Values)
        {
            Pin(peer);
        }

        figures.Known = Count;
    }

    public void Update(KnownPeer peer)
    {
        var before = this[peer.Id];
        if (before is null || before.Addresses != peer.Addresses)
        {
            Unpin(before);
            Pin(peer);
        }

        CountManual(before, peer);
        _peers = _peers.SetItem(peer);
        figures.Known = Count;
    }

    public void Forget(NodeId peer)
    {
        Unpin(this[peer]);
        CountManual(this[peer], null);
        _peers = _peers.Remove(peer);
        figures.Known = Count;
    }

    public void Learn(PublicKey key, PeerSource source, bool manual, PeerAddress? pinned, Action<KnownPeer?, Reason?>? then = null) =>
        Durable(request => new PeerStoreProtocol.Learn(request, key, source, manual, pinned), then);

    public void Remove(NodeId peer, DateTimeOffset until, Action<KnownPeer?, Reason?> then) =>
        Durable(request => new PeerStoreProtocol.Remove(request, peer, until), then);

    public void Ban(NodeId peer, ReputationCause cause, Action<KnownPeer?, Reason?> then) =>
        Durable(request => new PeerStoreProtocol.Ban(request, peer, cause), then);

    /// <summary>A person bans the peer.</summary>
    public void Ban(NodeId peer, DateTimeOffset? until, string? note, Action<KnownPeer?, Reason?> then) =>
        Durable(request => new PeerStoreProtocol.Ban(request, peer, ReputationCause.Operator, until, note), then);

    public void Unban(NodeId peer, Action<KnownPeer?, Reason?> then) => Durable(request => new PeerStoreProtocol.Unban(request, peer), then);

    public void BanRange(IPNetwork range, DateTimeOffset until, string? note, Action<Reason?> then) =>
        Durable(request => new PeerStoreProtocol.BanRange(request, range, until, note), (_, failure) => then(failure));

    public void UnbanRange(IPNetwork range, Action<Reason?> then) =>
        Durable(request => new PeerStoreProtocol.UnbanRange(request, range), (_, failure) => then(failure));

    /// <summary>What is not lost if it is lost: dial results, figures, scores.</summary>
    public void Note(PeerStoreProtocol.ICommand drift)
    {
        if (drift is PeerStoreProtocol.Judge judge)
        {
            figures.ReputationChanges.Add(judge.Cause, judge.Times);
        }

        store.Tell(drift);
    }

    public void Answered(long request, KnownPeer? peer, Reason? failure)
    {
        if (peer is not null)
        {
            Update(peer);
        }

        if (_waiting.Remove(request, out var then))
        {
            then(peer, failure);
        }
    }

    /// <summary>The store has gone down: what it was told last may be kept or not, and the same again does no harm.</summary>
    public void FailAll(Reason reason)
    {
        foreach (var request in _waiting.Keys.ToList())
        {
            Answered(request, null, reason);
        }
    }

    private void CountManual(KnownPeer? before, KnownPeer? after)
    {
        var more = (after is { Manual: true } ? 1 : 0) - (before is { Manual: true } ? 1 : 0);
        ManualCount += more;
        ManualVersion += more == 0 ? 0 : 1;
    }

    private void Pin(KnownPeer peer)
    {
        foreach (var address in peer.Addresses)
        {
            if (address.Proven)
            {
                _pins[address.Address] = peer.Id;
            }
        }
    }

    /// <summary>An address that has gone to another peer meanwhile stays with that one.</summary>
    private void Unpin(KnownPeer? peer)
    {
        foreach (var address in peer?.Addresses ?? [])
        {
            if (_pins.TryGetValue(address.Address, out var holder) && holder == peer!.Id)
            {
                _pins.Remove(address.Address);
            }
        }
    }

    private void Durable(Func<long, PeerStoreProtocol.IDurable> command, Action<KnownPeer?, Reason?>? then)
    {
        var request = ++_request;
        if (then is not null)
        {
            _waiting.Add(request, then);
        }

        store.Tell(command(request));
    }
}
