using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Actors.Peers.Connection;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Dialling;

/// <summary>Carries out the dial plan: the peers and addresses that are to be connected for ever.</summary>
/// <param name="start">Starts a connection actor.</param>
/// <param name="wakeIn">Has <see cref="OnDue"/> called after that time, and not before that if it was asked for before.</param>
internal sealed class Dialler(
    NodeState state, Func<ConnectionOrigin, PeerSource, Claim, LiveConnection> start, Action<TimeSpan> wakeIn)
{
    /// <summary>A timer shorter than the scheduler's tick would only spin.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    private readonly CandidateDials _candidates = new(state);

    /// <summary>For when a wait is under way.</summary>
    private DateTimeOffset? _awakeAt;

    private int FreeDials => Math.Max(0, state.Settings.Connection.MaxDials - state.Connections.DialsUnderWay);

    /// <summary>Wants what the store and the configuration ask for, and begins.</summary>
    public void PlanFromTheStart()
    {
        foreach (var peer in state.Book.All.Where(p => p.Manual && !p.IsRemoved(state.Now) && !p.IsBanned(state.Now)))
        {
            state.Plan = state.Plan.Want(peer.Id, AddressesOf(peer.Id), PeerSource.Store, held: false, state.Now);
        }

        WantConfigured();
        DialWhatIsDue();
    }

    /// <summary>Wants the peers of the configuration, those that it wants already as before.</summary>
    public void WantConfigured()
    {
        foreach (var target in state.Settings.Peers.Where(t => !IsKnownAsManual(t)))
        {
            Want(target, PeerSource.Manual);
        }
    }

    /// <summary>Follows what the store says of a peer.</summary>
    public void Follow(KnownPeer peer)
    {
        // Who was dialled for the configuration stays protected also where the store could not keep it as a manual peer.
        state.Roster = state.Roster.Protect(peer.Id, peer.Manual || state.OpenConnectionOf(peer.Id) is { Claim: not Claim.None });
        if (peer.Manual)
        {
            state.Plan = peer.Addresses.Where(a => a.Proven).Aggregate(state.Plan, (plan, a) => plan.Found(peer.Id, a.Address));
        }

        Follow(peer.Id);
    }

    /// <summary>A manual peer is wanted for ever unless a person banned it, one on the local network while it is there, and any other not.</summary>
    public void Follow(NodeId peer)
    {
        var known = state.Book[peer];
        PeerSource? why = known is { Manual: true } && !known.IsBanned(state.Now) ? PeerSource.Manual
            : state.Neighbours[peer] is not null && peer != state.Node.Node.Id && !IsKeptOut(known) ? PeerSource.Mdns
            : null;
        state.Plan = why is { } source
            ? state.Plan.Want(peer, AddressesOf(peer), source, state.Roster[peer] is { Confirmed: true }, state.Now)
            : state.Plan.Drop(peer);
        DialWhatIsDue();
    }

    /// <summary>Who is on the local network and was kept out may have served its time.</summary>
    public void FollowAllNeighbours()
    {
        foreach (var peer in state.Neighbours.All.Select(p => p.Id).ToList())
        {
            Follow(peer);
        }
    }

    /// <summary>Addresses that were banned can be dialled again, or no longer.</summary>
    public void FollowEverybody()
    {
        state.Plan = state.Plan.Unbar(state.Now);
        foreach (var peer in state.Book.All.Where(p => p.Manual).Select(p => p.Id).ToList())
        {
            Follow(peer);
        }

        FollowAllNeighbours();
        DialWhatIsDue();
    }

    /// <summary>Dials a bootstrap node once, when it is its turn; one that is connected need not be.</summary>
    public void DialForBootstrap(PeerTarget target)
    {
        state.WayIn.Expect(target);
        var expected = WithPin(target).Expected;
        if (RefusalOf(target.Address, expected) is { } refusal)
        {
            state.WayIn.Ended(target.Address, refusal);
            return;
        }

        if (expected is { } peer && state.OpenConnectionOf(peer) is not null)
        {
            state.WayIn.Ended(target.Address, null);
            return;
        }

        Want(target, PeerSource.Bootstrap);
        DialWhatIsDue();
    }

    /// <summary>Dials once, because a person asked.</summary>
    public LiveConnection DialFor(PeerTarget target) =>
        start(new ConnectionOrigin.Dial(target.Address, WithPin(target).Expected), PeerSource.Manual, Claim.Person);

    /// <summary>The wait is over that was asked for last.</summary>
    public void OnDue()
    {
        _awakeAt = null;
        DialWhatIsDue();
    }

    /// <summary>Called whenever anything has changed, which is far more often than anybody is to be dialled.</summary>
    public void DialWhatIsDue()
    {
        if (state.Plan.NextDue(state.Room > 0) <= state.Now)
        {
            DialGoals();
        }

        foreach (var (candidate, source) in _candidates.Choose(FreeDials))
        {
            start(new ConnectionOrigin.Dial(candidate.Address, candidate.Peer), source, Claim.None);
        }

        var (planned, search) = (state.Plan.NextDue(state.Room > 0), _candidates.NextDue);
        if ((planned < search ? planned : search ?? planned) is { } due && due != _awakeAt)
        {
            var wait = due - state.Now;
            wakeIn(wait > ShortestWait ? wait : ShortestWait);
            _awakeAt = due;
        }
    }

    private void DialGoals()
    {
        state.Plan = state.Plan.Bar(BannedUntil, state.Now);
        foreach (var (key, goal) in state.Plan.Due(state.Now, state.Room).Take(FreeDials).ToList())
        {
            var claim = goal.Source is PeerSource.Manual or PeerSource.Store ? Claim.Configured : Claim.None;
            var connection = start(new ConnectionOrigin.Dial(goal.Next, ExpectedBy(goal)), goal.Source, claim);
            state.Plan = state.Plan.Started(key, connection.Number);
        }
    }

    /// <summary>From time to time somebody is dialled only to see whether it is there.</summary>
    public void Feel()
    {
        if (_candidates.Feel() is { } candidate)
        {
            var connection = start(new ConnectionOrigin.Dial(candidate.Address, candidate.Peer), PeerSource.Exchange, Claim.None);
            state.Connections.Update(connection with { IsFeeler = true });
        }
    }

    /// <summary>A dial ended without a connection. While this node is cut off, it tries again soon, and no wait grows.</summary>
    public void Failed(LiveConnection connection, PeerConnectionProtocol.Ended ended, NodeId? peer) =>
        state.Plan = state.OwnFault.Explains(ended.Reason)
            ? state.Plan.FailedWhileAway(connection.Number, state.Now + OwnFault.Retry)
            : state.Plan.Failed(connection.Number, state.Now, state.Random.NextDouble(), PauseAfter(ended, peer));

    /// <summary>The other side, or a person, asked for a pause until then.</summary>
    public DateTimeOffset? PauseAfter(PeerConnectionProtocol.Ended ended, NodeId? peer) =>
        ended is { ByPeer: true, Reason: Reason.RemovedByOperator } ? state.Now + state.Settings.RemovedFor
        : peer is { } id ? state.Book[id]?.RemovedUntil
        : null;

    /// <summary>Where it says that it is now goes before where it was.</summary>
    private ImmutableArray<PeerAddress> AddressesOf(NodeId peer) =>
        [.. state.Neighbours.AddressesOf(peer).Concat(state.Book[peer]?.AddressesBestFirst.Select(a => a.Address) ?? []).Distinct()
            .Where(a => state.Ranges.BanOf(a, state.Now) is null)];

    /// <summary>Until when the goal must not be dialled, because its peer is banned or the range of its address is; null: it may be.</summary>
    private DateTimeOffset? BannedUntil(DialGoal goal) =>
        ExpectedBy(goal) is { } peer && state.Book[peer] is { Ban: { } ban } known && known.IsBanned(state.Now) ? ban.Until
        : state.Ranges.BanOf(goal.Next, state.Now)?.Until;

    /// <summary>Who must be there: where nobody was expected when the goal was set, somebody may have proved to be there since.</summary>
    private NodeId? ExpectedBy(DialGoal goal) => goal.Expected ?? state.Book.PinnedAt(goal.Next)?.Id;

    /// <summary>Why a dial would only end in a refusal of this node's own.</summary>
    private Reason? RefusalOf(PeerAddress address, NodeId? expected) => state.Ranges.BanOf(address, state.Now) is not null
        ? Reason.Banned
        : expected is { } peer && state.Book[peer] is { } known ? Roster.RefusalOf(known, state.Now, state.Settings.Reputation) : null;

    private bool IsKeptOut(KnownPeer? known) =>
        known is not null && Roster.RefusalOf(known, state.Now, state.Settings.Reputation) is not null;

    private void Want(PeerTarget target, PeerSource source) => state.Plan = state.Plan.Want(WithPin(target), source, state.Now);

    private PeerTarget WithPin(PeerTarget target) =>
        target with { Expected = target.Expected ?? state.Book.PinnedAt(target.Address)?.Id };

    private bool IsKnownAsManual(PeerTarget target) =>
        state.Book.PinnedAt(target.Address) is { Manual: true } known && (target.Expected ?? known.Id) == known.Id;
}
