using System.Collections.Immutable;
using System.Net;
using Akka.Event;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Store;

/// <summary>
/// What the peer store is told and what it tells. A command that is an <see cref="IDurable"/> is answered with
/// <see cref="Kept"/> once it would survive a power cut, or with <see cref="NotKept"/>; repeating it does no harm. The others
/// are drift: coalesced, and written at most once a flush interval.
/// </summary>
internal static class PeerStoreProtocol
{
    /// <summary>Not reported where it finds the store down: it is answered, or counted, in the store's place.</summary>
    public interface ICommand : IDeadLetterSuppression;

    /// <summary>
    /// Answered with <see cref="Kept"/> or <see cref="NotKept"/>, which carry the <see cref="Request"/> back: a number of the asker's
    /// own, unlike that of every other request under way.
    /// </summary>
    public interface IDurable : ICommand
    {
        long Request { get; }
    }

    /// <summary>A durable command about a range of addresses: answered with <see cref="RangesKept"/> or <see cref="NotKept"/>.</summary>
    public interface IRangeCommand : IDurable;

    /// <summary>
    /// A peer has proven its key. <paramref name="Manual"/>: a person asked for it, which also ends a removal and a ban.
    /// </summary>
    /// <param name="Pinned">The address at which it answered this node's dial; it is pinned to this peer, away from any other.</param>
    public sealed record Learn(long Request, PublicKey Key, PeerSource Source, bool Manual, PeerAddress? Pinned) : IDurable;

    /// <summary>
    /// A person removed the peer: no longer manual, its pinned addresses forgotten, kept out until <paramref name="Until"/>.
    /// </summary>
    public sealed record Remove(long Request, NodeId Peer, DateTimeOffset Until) : IDurable;

    /// <summary>
    /// Bans the peer; how long follows from the policy and from how often it was banned before, unless a person says until when. That person's
    /// word also replaces a ban that holds already.
    /// </summary>
    public sealed record Ban(long Request, NodeId Peer, ReputationCause Cause, DateTimeOffset? Until = null, string? Note = null) : IDurable;

    /// <summary>Lifts a ban.</summary>
    public sealed record Unban(long Request, NodeId Peer) : IDurable;

    /// <summary>Bans the range, or changes its ban.</summary>
    public sealed record BanRange(long Request, IPNetwork Range, DateTimeOffset Until, string? Note) : IRangeCommand;

    /// <summary>Lifts the ban of that very range.</summary>
    public sealed record UnbanRange(long Request, IPNetwork Range) : IRangeCommand;

    /// <summary>
    /// A person imports what was known elsewhere: each is made one with what is known of the peer here. Answered with
    /// <see cref="Imported"/> or <see cref="NotKept"/>.
    /// </summary>
    public sealed record Import(long Request, ImmutableArray<KnownPeer> Peers, ImmutableArray<RangeBan> Ranges) : IDurable;

    /// <summary>Drift: an address of a known peer was dialled, and failed or (null) did not.</summary>
    public sealed record DialEnded(NodeId Peer, PeerAddress Address, Reason? Failure) : ICommand;

    /// <summary>Drift: an address that a known peer says it has, unproven.</summary>
    public sealed record AddressHeard(NodeId Peer, PeerAddress Address) : ICommand;

    /// <summary>
    /// Drift: a peer's signed record, verified, with those of its addresses that can be dialled from here. Who was not known comes to be.
    /// </summary>
    /// <param name="Teller">Whose word it is that brought it: another peer's, or the peer's own.</param>
    public sealed record RecordSeen(SignedRecord Record, ImmutableArray<PeerAddress> Addresses, NodeId Teller) : ICommand;

    /// <summary>Drift: the peer is of no use any more. Never one that is manual, banned or removed.</summary>
    public sealed record Forget(NodeId Peer) : ICommand;

    /// <summary>Drift: bytes moved since the last report, and when something last arrived.</summary>
    public sealed record Traffic(NodeId Peer, long Sent, long Received, DateTimeOffset? LastSeen) : ICommand;

    /// <summary>Drift: something that moves the score.</summary>
    public sealed record Judge(NodeId Peer, ReputationCause Cause, int Times = 1) : ICommand;

    /// <summary>Writes all drift now; answered with <see cref="Flushed"/>.</summary>
    public sealed record Flush : ICommand;

    /// <summary>
    /// Writes all drift and stops, with the plugins and their connections; then answers with <see cref="Flushed"/>. A persistent actor is
    /// not stopped by a PoisonPill.
    /// </summary>
    public sealed record Stop : ICommand;

    /// <summary>Answered with <see cref="Marked"/> when all that was said before it has been dealt with.</summary>
    public sealed record Mark : ICommand;

    /// <summary>
    /// To a store that is back after an outage: it is to show that it can write again, by writing that; answered with <see cref="Resumed"/>. To
    /// be read is no proof: so are a full disk, and a file that another program has locked.
    /// </summary>
    public sealed record Resume(DateTimeOffset Since, long Lost) : ICommand;

    public sealed record Marked;

    public sealed record Resumed;

    /// <summary>It is on the disk. <paramref name="Peer"/> is what is known of the peer now.</summary>
    public sealed record Kept(long Request, KnownPeer Peer);

    /// <summary>It is on the disk. <paramref name="Ranges"/> are all that are banned now.</summary>
    public sealed record RangesKept(long Request, RangeBans Ranges);

    /// <summary>It is on the disk.</summary>
    /// <param name="Added">Peers that were not known.</param>
    /// <param name="Changed">Peers of which more is known now.</param>
    /// <param name="LeftOut">Peers and ranges for which there was no room.</param>
    public sealed record Imported(long Request, int Added, int Changed, int LeftOut);

    /// <summary>It is not on the disk, and nothing was changed: unknown-peer; store-unavailable; too-many-bans; or no-slot, when all that are
    /// known are manual, banned or removed, and the bound on known peers is reached.</summary>
    public sealed record NotKept(long Request, Reason Reason);

    /// <param name="Everything">False where the store cannot write: what drift there was is lost.</param>
    public sealed record Flushed(bool Everything = true);

    /// <summary>To the owner, after each recovery: all that is known.</summary>
    public sealed record Recovered(HashTrie<NodeId, KnownPeer> Peers)
    {
        public RangeBans Ranges { get; init; } = RangeBans.None;
    }

    /// <summary>To the owner, whenever what is known of a peer changed. Drift shows at once, before it is written.</summary>
    public sealed record Changed(KnownPeer Peer);

    /// <summary>To the owner: the peer was forgotten, because the bound on known peers asked for its place.</summary>
    public sealed record Forgotten(NodeId Peer);

    /// <summary>
    /// To the owner: the store cannot write (or, with null, can again). The cause is the rest of a sentence: "could not be written: ...".
    /// </summary>
    public sealed record Unavailable(string? Cause)
    {
        /// <summary>Changes that could not be kept: updates of scores, dials and traffic, or, after an outage, more than could wait.</summary>
        public long Lost { get; init; }
    }
}
