using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Dialling;

/// <summary>
/// Fills the places that nobody in particular was asked for, from the peers that are known: those told of, and those of former days.
/// </summary>
internal sealed class CandidateDials(NodeState state)
{
    /// <summary>The choice is made again at most so often: the ends of connections may come in a flood.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>While the node wants more peers, it looks again at least so often for those whose wait is over.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FeelEvery = TimeSpan.FromMinutes(2);

    private ImmutableArray<NodeId>? _anchors;
    private DateTimeOffset _feltAt;
    private DateTimeOffset _chosenAt;

    /// <summary>When there may be somebody to dial; null while no more peers are wanted.</summary>
    public DateTimeOffset? NextDue => IsWanting ? _chosenAt + (_wasCutShort ? ShortestPause : Pause) : null;

    private TimeSpan Pause => state.OwnFault.IsAway ? OwnFault.Retry : LongestPause;

    private bool IsWanting => state.Settings.Discovery.Bootstraps() && state.Room > 0;

    private bool _wasCutShort;

    /// <summary>Whom to dial now, and where; each at most once.</summary>
    public IReadOnlyList<(Candidate Candidate, PeerSource Source)> Choose(int free)
    {
        if (!IsWanting || free <= 0)
        {
            return [];
        }

        if (state.Now - _chosenAt < (state.OwnFault.IsAway ? OwnFault.Retry : ShortestPause))
        {
            _wasCutShort = !state.OwnFault.IsAway;
            return [];
        }

        (_chosenAt, _wasCutShort) = (state.Now, false);
        _anchors ??= Candidates.AnchorsOf(state.Book.All);
        var taken = new HashSet<NodeId>(state.Roster.Entries.Count + 1) { state.Node.Node.Id };
        foreach (var entry in state.Roster.Entries.Values)
        {
            taken.Add(entry.Peer);
        }

        foreach (var connection in state.Connections.Dialled)
        {
            _ = connection.Sought is { } sought && taken.Add(sought);
        }

        var now = state.Now;
        var chosen = state.Candidates.Choose(
            state.Book.Peers,
            state.Addresses,
            _anchors,
            peer => taken.Contains(peer) || state.Plan.Wants(peer) || state.Pauses.Holds(peer, now),
            state.Connections.GroupsDialled,
            Math.Min(free, state.OwnFault.IsAway ? OwnFault.TriesAtOnce : state.Room),
            now,
            state.Random);
        return [.. chosen.Select(c => (c, SourceOf(state.Book[c.Peer]!)))];
    }

    /// <summary>
    /// Somebody to dial only to see whether it is there, while no more peers are wanted: one who stands in a proven newcomer's place, or
    /// one who was only heard of. So the tables are true when they are needed (feeler connections: Heilman et al., section 8).
    /// </summary>
    public Candidate? Feel()
    {
        if (!state.Settings.Discovery.Bootstraps() || state.Room > 0 || state.OwnFault.IsAway || state.Now - _feltAt < FeelEvery)
        {
            return null;
        }

        foreach (var connected in state.Addresses.ToTest.Where(e => state.OpenConnectionOf(e.Peer) is not null).ToList())
        {
            state.Addresses.Tested(connected.Peer, answered: true);
        }

        var drawn = Enumerable.Range(0, 16).Select(_ => state.Addresses.Pick(state.Random)).OfType<BookEntry>().Where(e => state.Addresses.IsNew(e.Peer));
        foreach (var entry in state.Addresses.ToTest.Concat(drawn))
        {
            if (!IsUnderWay(entry.Peer) && state.Book[entry.Peer] is { Manual: false } known && state.Candidates.IsWelcome(known, state.Now)
                && state.Candidates.DialableAt(known, state.Now) is { } address && state.Ranges.BanOf(address.Address, state.Now) is null)
            {
                _feltAt = state.Now;
                return new Candidate(entry.Peer, address.Address);
            }
        }

        return null;
    }

    /// <summary>Connected or about to be: another dial would tell it only that there is no place for it.</summary>
    private bool IsUnderWay(NodeId peer) => state.Roster[peer] is not null || state.Connections.All.Any(c => c.Sought == peer);

    /// <summary>Who once dialled this node is known from the store, now that it is dialled.</summary>
    private static PeerSource SourceOf(KnownPeer peer) => peer.Source is PeerSource.Inbound or PeerSource.Manual ? PeerSource.Store : peer.Source;
}
