using System.Collections.Immutable;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>A peer, or whoever is at an address, that is to be connected for ever.</summary>
/// <param name="Addresses">Where to dial; one after the other, a try each.</param>
/// <param name="Expected">Who must be there; null until someone was.</param>
/// <param name="Source">Why it is wanted.</param>
internal sealed record DialGoal(ImmutableArray<PeerAddress> Addresses, NodeId? Expected, PeerSource Source)
{
    /// <summary>Failed tries in a row.</summary>
    public int Failures { get; init; }

    /// <summary>When the next try is due.</summary>
    public DateTimeOffset Due { get; init; }

    /// <summary>The dial that is under way.</summary>
    public long? InFlight { get; init; }

    /// <summary>Whether it is connected now.</summary>
    public bool Held { get; init; }

    /// <summary>It is due later than it was, because it is banned until then.</summary>
    public bool Barred { get; init; }

    /// <summary>The address whose turn it is.</summary>
    public PeerAddress Next => Addresses[Failures % Addresses.Length];

    /// <summary>Whether nobody asked for it: it is dialled only while the node strives for more peers.</summary>
    public bool NeedsRoom => Source is PeerSource.Mdns or PeerSource.Exchange;

    public bool IsDue(DateTimeOffset now) => !Held && InFlight is null && now >= Due;
}

/// <summary>
/// Whom to dial and when, immutable: each goal is tried at once, then with <see cref="Backoff"/>, for ever; when it is connected it
/// rests, and when the connection is lost it starts again from the shortest wait.
/// </summary>
/// <remarks>A goal's key is the address that a person gave, or the id of a peer that is known.</remarks>
internal sealed record DialPlan(Backoff Backoff)
{
    public ImmutableDictionary<object, DialGoal> Goals { get; private init; } = ImmutableDictionary<object, DialGoal>.Empty;

    /// <summary>When the earliest goal is due; null when none will be.</summary>
    /// <param name="room">Whether the node strives for more peers than it has.</param>
    public DateTimeOffset? NextDue(bool room = true)
    {
        DateTimeOffset? next = null;
        foreach (var (_, goal) in Goals)
        {
            next = !goal.Held && goal.InFlight is null && (room || !goal.NeedsRoom) && !(goal.Due >= next) ? goal.Due : next;
        }

        return next;
    }

    /// <summary>What is to be dialled now, the longest due first; of what needs room, so many.</summary>
    public IEnumerable<KeyValuePair<object, DialGoal>> Due(DateTimeOffset now, int room = int.MaxValue)
    {
        // Most nodes want nobody in particular, and are asked this whenever anything happens.
        if (Goals.IsEmpty)
        {
            return [];
        }

        // The key decides between equals: the order of a hash table is another one in each process, and one seed is to give one run.
        var due = Goals.Where(g => g.Value.IsDue(now)).OrderBy(g => g.Value.Due).ThenBy(g => $"{g.Key}", StringComparer.Ordinal)
            .ToLookup(g => g.Value.NeedsRoom);
        return due[false].Concat(due[true].Take(room));
    }

    /// <summary>Whether the peer is wanted by its id.</summary>
    public bool Wants(NodeId peer) => !Goals.IsEmpty && Goals.ContainsKey(peer);

    /// <summary>Whoever is at <paramref name="target"/> is wanted.</summary>
    public DialPlan Want(PeerTarget target, PeerSource source, DateTimeOffset now) => Goals.ContainsKey(target.Address)
        ? this
        : With(target.Address, new DialGoal([target.Address], target.Expected, source) { Due = now });

    /// <summary>A known peer is wanted; its addresses, the best first, may have changed.</summary>
    public DialPlan Want(NodeId peer, ImmutableArray<PeerAddress> addresses, PeerSource source, bool held, DateTimeOffset now)
    {
        if (addresses.IsEmpty)
        {
            return Drop(peer);
        }

        if (!Goals.TryGetValue(peer, out var existing))
        {
            return With(peer, new DialGoal(addresses, peer, source) { Due = now, Held = held });
        }

        source = existing.NeedsRoom ? source : existing.Source;
        return source == existing.Source && addresses.AsSpan().SequenceEqual(existing.Addresses.AsSpan())
            ? this
            : With(peer, existing with { Addresses = addresses, Source = source });
    }

    /// <summary>Whoever is at the address has turned out to be the peer: that one is wanted by its id, wherever it is.</summary>
    public DialPlan Found(NodeId peer, PeerAddress address) =>
        Goals.TryGetValue(address, out var goal) && (goal.Expected ?? peer) == peer ? Drop(address) : this;

    public DialPlan Drop(object key) => Goals.ContainsKey(key) ? this with { Goals = Goals.Remove(key) } : this;

    public DialPlan Drop(NodeId peer) => Goals.IsEmpty ? this : Drop((object)peer);

    /// <summary>What is due and banned, as <paramref name="until"/> says, waits for the end of its ban.</summary>
    public DialPlan Bar(Func<DialGoal, DateTimeOffset?> until, DateTimeOffset now) => Map(
        g => g.IsDue(now) && until(g) > now,
        g => g with { Barred = true, Due = until(g)!.Value });

    /// <summary>A ban was lifted: what waited for the end of one is due now, and may be barred again.</summary>
    public DialPlan Unbar(DateTimeOffset now) => Map(g => g.Barred, g => g with { Barred = false, Due = now });

    /// <summary>The goal that leads to the peer; null if it is not wanted.</summary>
    public DialGoal? GoalOf(NodeId peer) => Goals.GetValueOrDefault(peer) ?? Goals.Values.FirstOrDefault(g => g.Expected == peer);

    /// <summary>Nothing that leads to the peer is wanted any more.</summary>
    public DialPlan DropPeer(NodeId peer) => this with { Goals = Goals.RemoveRange(Goals.Where(g => g.Value.Expected == peer).Select(g => g.Key)) };

    /// <summary>A dial was started.</summary>
    public DialPlan Started(object key, long connection) => With(key, Goals[key] with { InFlight = connection, Barred = false });

    /// <summary>The peer has a connection, by whichever side's dial.</summary>
    public DialPlan Held(NodeId peer, long connection) => Map(
        g => g.Expected == peer || (g.Expected is null && g.InFlight == connection),
        g => g with { Expected = peer, Held = true, InFlight = null, Failures = 0 });

    /// <summary>A dial ended without a connection. <paramref name="notBefore"/>: the other side asked to be left alone until then.</summary>
    public DialPlan Failed(long connection, DateTimeOffset now, double chance, DateTimeOffset? notBefore = null) => Map(
        g => g.InFlight == connection,
        g => g with { InFlight = null, Failures = g.Failures + 1, Due = Later(now + Backoff.Wait(g.Failures, chance), notBefore) });

    /// <summary>A dial failed while this node was cut off: that says nothing of who was dialled.</summary>
    public DialPlan FailedWhileAway(long connection, DateTimeOffset again) =>
        Map(g => g.InFlight == connection, g => g with { InFlight = null, Due = again });

    /// <summary>The network is back: everybody is dialled again at once.</summary>
    public DialPlan WithoutWaits(DateTimeOffset now) => Map(g => !g.Held && g.InFlight is null, g => g with { Failures = 0, Due = now });

    /// <summary>The peer's connection ended.</summary>
    public DialPlan Lost(NodeId peer, DateTimeOffset now, double chance, DateTimeOffset? notBefore = null) => Map(
        g => g.Expected == peer && g.Held,
        g => g with { Held = false, Failures = 0, Due = Later(now + Backoff.Wait(0, chance), notBefore) });

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    private DialPlan With(object key, DialGoal goal) => this with { Goals = Goals.SetItem(key, goal) };

    private DialPlan Map(Func<DialGoal, bool> which, Func<DialGoal, DialGoal> change)
    {
        var goals = Goals;
        foreach (var (key, goal) in Goals)
        {
            goals = which(goal) ? goals.SetItem(key, change(goal)) : goals;
        }

        return ReferenceEquals(goals, Goals) ? this : this with { Goals = goals };
    }
}
