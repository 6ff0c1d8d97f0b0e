using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>The answer to a connection that has proven who it leads to and asks to be let in.</summary>
internal abstract record Admission
{
    private Admission()
    {
    }

    /// <summary>Let in. <paramref name="Supersedes"/> is the connection that has to close for it, with <see cref="Reason.Duplicate"/>.</summary>
    public sealed record Admitted(Roster Roster, long? Supersedes) : Admission;

    /// <summary>Kept out.</summary>
    public sealed record Refused(Reason Reason) : Admission;
}

/// <summary>What speaks for a peer beyond its own merit.</summary>
internal enum Claim
{
    None,

    /// <summary>It stands in the configuration: it takes no slot, and no score keeps it out; but a removal or a ban of later date holds.</summary>
    Configured,

    /// <summary>A person asks for it now: it takes no slot, and what kept it out is forgiven.</summary>
    Person,
}

/// <summary>One connection of the roster.</summary>
/// <param name="Connection">The number of the connection.</param>
/// <param name="Direction">Who dialled.</param>
/// <param name="Confirmed">Whether both sides have said <c>Hello</c>.</param>
/// <param name="Protected">Whether it takes no slot, because a person asked for the peer.</param>
internal sealed record RosterEntry(long Connection, Direction Direction, bool Confirmed, bool Protected) : ITrieLeaf<NodeId>
{
    public required NodeId Peer { get; init; }

    /// <summary>The latest connection that had begun, with whomever, when this one was confirmed.</summary>
    public long BegunBefore { get; init; }

    /// <summary>The range of the address at the other end; null for a local one, which is not limited.</summary>
    public NetworkGroup? Range { get; init; }

    NodeId ITrieLeaf<NodeId>.Key => Peer;

    public static ulong HashOf(NodeId id) => id.First64Bits;
}

/// <summary>
/// Which peers have a connection now: at most one each. Pure: it says who is let in; the supervisor carries it out.
/// </summary>
/// <remarks>
/// Simultaneous dials. A dialler asks before it says <c>Hello</c>, an acceptor when it has heard one and before it says its own.
/// So of two crossing connections each side sees, in one order or the other, its own reservation and the other's <c>Hello</c>;
/// both then keep the one that the smaller id dialled. A confirmed connection is never displaced by one's own new dial, but it
/// is by the peer's: an honest peer dials only when it has no connection, so ours is a leftover of its former life. That holds only
/// for a dial that began after ours was confirmed. One that had begun by then may have crossed with ours: its <c>Hello</c> was under way
/// while the peer let ours in and dropped it, and who now took it in would lose both.
/// </remarks>
internal sealed record Roster(NodeId Self, int MaxPeers)
{
    /// <summary>One IPv4 /24 or IPv6 /56 is one customer of a provider: however many identities it has, it gets no more (Sybil attack).</summary>
    public const int MaxPerRange = 8;

    public HashTrie<NodeId, RosterEntry> Entries { get; private init; } = HashTrie<NodeId, RosterEntry>.Empty;

    /// <summary>How many of them take a slot, of each direction.</summary>
    private int Inbound { get; init; }

    private int Outbound { get; init; }

    public RosterEntry? this[NodeId peer] => Entries.GetValueOrDefault(peer);

    public Admission Admit(
        NodeId peer,
        long connection,
        Direction direction,
        KnownPeer? known,
        DateTimeOffset now,
        ReputationPolicy policy,
        Claim claim = Claim.None,
        PeerAddress? remote = null)
    {
        if (peer == Self)
        {
            return new Admission.Refused(Reason.SelfConnection);
        }

        if (claim != Claim.Person && known is not null && RefusalOf(known, now, policy, isWanted: claim != Claim.None) is { } refusal)
        {
            return new Admission.Refused(refusal);
        }

        var existing = this[peer];
        if (existing is not null && !Displaces(peer, connection, direction, existing))
        {
            return new Admission.Refused(Reason.Duplicate);
        }

        var @protected = claim != Claim.None || (known?.Manual ?? false);
        var range = RangeOf(remote);
        if (existing is null && !@protected && LimitOn(direction, range) is { } limit)
        {
            return new Admission.Refused(limit);
        }

        var entry = new RosterEntry(connection, direction, direction == Direction.Inbound, @protected) { Peer = peer, Range = range };
        return new Admission.Admitted(With(peer, entry), existing?.Connection);
    }

    /// <summary>The peer has said <c>Hello</c> on a connection that this side dialled.</summary>
    /// <param name="latest">
    /// The highest number that a connection, dialled or accepted, has had so far. Without it no dial counts as crossing.
    /// </param>
    public Roster Confirm(NodeId peer, long connection, long latest) =>
        this[peer] is { } entry && entry.Connection == connection
            ? With(peer, entry with { Confirmed = true, BegunBefore = latest })
            : this;

    /// <summary>A person asked for the peer, or no longer does.</summary>
    public Roster Protect(NodeId peer, bool on) =>
        this[peer] is { } entry && entry.Protected != on ? With(peer, entry with { Protected = on }) : this;

    /// <summary>A connection has ended; one that was superseded meanwhile changes nothing.</summary>
    public Roster Remove(NodeId peer, long connection) =>
        this[peer]?.Connection == connection ? With(peer, null) : this;

    /// <summary>How many more peers could be dialled, beside those that a person asks for.</summary>
    public int FreeOutbound => FreeFor(Direction.Outbound);

    /// <summary>
    /// How many more peers to dial, beside those that a person asks for. Those who dialled this node count too, or all nodes would dial up
    /// to their limit; but half of the target it chooses itself, whoever else is there: who dials in first, or stays longest, would
    /// be all that it has otherwise (Y. Marcus, E. Heilman, S. Goldberg, "Low-Resource Eclipse Attacks on Ethereum's Peer-to-Peer Network", 2018).
    /// As each node dials half of the target, each is dialled by as many.
    /// </summary>
    /// <param name="target">How many peers it strives for.</param>
    /// <param name="peers">How many it has or is dialling.</param>
    /// <param name="dialled">How many of them it dials or has dialled.</param>
    public int Room(int target, int peers, int dialled)
    {
        var own = Math.Min(target / 2, MaxPeers / 4);
        return Math.Clamp(Math.Max(target - peers, own - dialled), 0, FreeOutbound);
    }

    /// <summary>The range of that address, if no more of it are let in; null if they are.</summary>
    public NetworkGroup? CrowdAt(PeerAddress address) => RangeOf(address) is { } range && IsCrowded(range) ? range : null;

    /// <summary>Why a peer is kept out, whatever places are free; null if it is not.</summary>
    /// <param name="isWanted">Whether a person asked for it, though it is not known to be a manual peer.</param>
    public static Reason? RefusalOf(KnownPeer known, DateTimeOffset now, ReputationPolicy policy, bool isWanted = false) =>
        known.IsRemoved(now) ? Reason.RemovedByOperator
        : known.IsBanned(now) ? Reason.Banned
        : !known.Manual && !isWanted && known.Reputation.StandingAt(now, policy) != Standing.Good ? Reason.LowReputation
        : null;

    /// <summary>
    /// A quarter of the places is kept for each direction: whoever fills the inbound ones cannot keep this node from choosing peers itself
    /// (eclipse attack), and a node that has dialled a lot still has room for newcomers.
    /// </summary>
    private int MaxOneWay => MaxPeers - (MaxPeers / 4);

    private int FreeFor(Direction direction) =>
        Math.Max(0, Math.Min(MaxPeers - Inbound - Outbound, MaxOneWay - (direction == Direction.Inbound ? Inbound : Outbound)));

    /// <summary>Null: the peer has no connection any more.</summary>
    private Roster With(NodeId peer, RosterEntry? entry)
    {
        var before = this[peer];
        return this with
        {
            Entries = entry is null ? Entries.Remove(peer) : Entries.SetItem(entry),
            Inbound = Inbound + Slots(entry, Direction.Inbound) - Slots(before, Direction.Inbound),
            Outbound = Outbound + Slots(entry, Direction.Outbound) - Slots(before, Direction.Outbound),
        };

        static int Slots(RosterEntry? entry, Direction direction) => entry is { Protected: false } && entry.Direction == direction ? 1 : 0;
    }

    private Reason? LimitOn(Direction direction, NetworkGroup? range) =>
        FreeFor(direction) == 0 ? Reason.NoSlot
        : range is { } crowd && IsCrowded(crowd) ? Reason.RangeLimit
        : null;

    private bool IsCrowded(NetworkGroup range)
    {
        var peers = 0;
        foreach (var entry in Entries.Values)
        {
            peers += !entry.Protected && entry.Range == range ? 1 : 0;
        }

        return peers >= MaxPerRange;
    }

    private static NetworkGroup? RangeOf(PeerAddress? address) => address is PeerAddress.Ip ip ? NetworkGroup.RangeOf(ip.Bits) : null;

    private bool Displaces(NodeId peer, long connection, Direction direction, RosterEntry existing) => existing.Confirmed
        ? direction == Direction.Inbound && connection > existing.BegunBefore
        : direction != existing.Direction && (direction == Direction.Outbound) == (Self < peer);
}
