using System.Collections.Immutable;
using System.Net;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors;

/// <content>Bans, the history of reputation, and why.</content>
public sealed partial class Mesh
{
    /// <summary>The shortest ban: a second.</summary>
    public static readonly TimeSpan ShortestBan = TimeSpan.FromSeconds(1);

    /// <summary>The longest ban: ten years.</summary>
    public static readonly TimeSpan LongestBan = TimeSpan.FromDays(3650);

    /// <summary>Every known peer with its addresses, connected or not, ordered by id.</summary>
    public async Task<ImmutableArray<PeerDetails>> KnownAsync(CancellationToken cancellation = default) =>
        (await AskAsync<InquiryProtocol.KnownList>(new InquiryProtocol.Known(), cancellation).ConfigureAwait(false)).Peers;

    /// <summary>
    /// Bans a known peer: its connection is closed, and it is neither let in nor dialled until the ban ends. A manual peer stays one, and
    /// is dialled again then. A ban that holds already is replaced. Durable when it completes.
    /// </summary>
    /// <param name="peer">Whom.</param>
    /// <param name="length">For how long, <see cref="ShortestBan"/> to <see cref="LongestBan"/>; null: <c>reputation.ban-for</c>, doubled for each ban before.</param>
    /// <param name="note">Why, for people: one line of at most 200 characters.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="ArgumentException">The length or the note is out of bounds.</exception>
    /// <exception cref="MeshException">unknown-peer; store-unavailable.</exception>
    public Task<BanInfo> BanAsync(NodeId peer, TimeSpan? length = null, string? note = null, CancellationToken cancellation = default)
    {
        CheckBan(length, note);
        return AskAsync<BanInfo>(new BanProtocol.Ban(peer, length, note), cancellation);
    }

    /// <summary>
    /// Bans a range of addresses, whoever is there: its sockets are closed before any TLS work, it is not dialled, not for a manual peer
    /// either, and connections with it are closed. At most 1,024 ranges; the same range again changes its ban. Durable when it completes.
    /// </summary>
    /// <param name="range">Which; one address is a range of 32 or 128 bits.</param>
    /// <param name="length">For how long, up to <see cref="LongestBan"/>; null: <c>reputation.ban-for</c>.</param>
    /// <param name="note">Why, for people: one line of at most 200 characters.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="ArgumentException">The length or the note is out of bounds.</exception>
    /// <exception cref="MeshException">too-many-bans; store-unavailable.</exception>
    public Task<BanInfo> BanAsync(IPNetwork range, TimeSpan? length = null, string? note = null, CancellationToken cancellation = default)
    {
        CheckBan(length, note);
        return AskAsync<BanInfo>(new BanProtocol.BanRange(range, length, note), cancellation);
    }

    /// <summary>Lifts the ban of a peer, and forgives: its score is 0, and a next ban is its first. False if it was not banned. Durable.</summary>
    /// <exception cref="MeshException">unknown-peer; store-unavailable.</exception>
    public async Task<bool> UnbanAsync(NodeId peer, CancellationToken cancellation = default) =>
        (await AskAsync<BanProtocol.Lifted>(new BanProtocol.Unban(peer), cancellation).ConfigureAwait(false)).WasBanned;

    /// <summary>Lifts the ban of that very range. False if it was not banned. Durable when it completes.</summary>
    /// <exception cref="MeshException">banned, if it lies in a wider range that is; store-unavailable.</exception>
    public async Task<bool> UnbanAsync(IPNetwork range, CancellationToken cancellation = default) =>
        (await AskAsync<BanProtocol.Lifted>(new BanProtocol.UnbanRange(range), cancellation).ConfigureAwait(false)).WasBanned;

    /// <summary>The bans that hold now: of ranges, then of peers.</summary>
    public async Task<ImmutableArray<BanInfo>> BansAsync(CancellationToken cancellation = default) =>
        (await AskAsync<BanProtocol.BanList>(new BanProtocol.List(), cancellation).ConfigureAwait(false)).Bans;

    /// <summary>How a peer's reputation came about: its newest 32 entries, oldest first; a run of gains is one.</summary>
    /// <exception cref="MeshException">unknown-peer.</exception>
    public async Task<ImmutableArray<ReputationChange>> HistoryAsync(NodeId peer, CancellationToken cancellation = default) =>
        (await AskAsync<InquiryProtocol.Trail>(new InquiryProtocol.History(peer), cancellation).ConfigureAwait(false)).Changes;

    /// <summary>Why a peer is connected, or is not; what happened last, when the next try is due, and what would change it.</summary>
    /// <exception cref="MeshException">unknown-peer: nothing was ever heard of it.</exception>
    public Task<WhyAnswer> WhyAsync(NodeId peer, CancellationToken cancellation = default) =>
        AskAsync<WhyAnswer>(new InquiryProtocol.WhyPeer(peer), cancellation);

    /// <summary>The same for whoever is at the address.</summary>
    public Task<WhyAnswer> WhyAsync(PeerAddress address, CancellationToken cancellation = default) =>
        AskAsync<WhyAnswer>(new InquiryProtocol.WhyAddress(address), cancellation);

    /// <summary>What is wrong with a ban, in one sentence; null if nothing is.</summary>
    internal static string? BanErrorOf(TimeSpan? length, string? note) =>
        length < ShortestBan || length > LongestBan
            ? $"A ban lasts from {ShortestBan.TotalSeconds:0} s to {LongestBan.TotalDays:0} days."
            : BanNote.ErrorOf(note);

    private static void CheckBan(TimeSpan? length, string? note)
    {
        if (BanErrorOf(length, note) is { } error)
        {
            throw new ArgumentException(error, BanNote.ErrorOf(note) is null ? nameof(length) : nameof(note));
        }
    }
}
