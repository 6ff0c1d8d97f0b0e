using System.Collections.Immutable;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>A peer that may be dialled now, and where.</summary>
internal readonly record struct Candidate(NodeId Peer, PeerAddress Address);

/// <summary>Whom to dial of those that are known, when nobody asks for anybody in particular. Pure.</summary>
/// <param name="Policy">When a score is good enough.</param>
/// <param name="Backoff">How long an address is left alone after failures.</param>
internal sealed record Candidates(ReputationPolicy Policy, Backoff Backoff)
{
    /// <summary>An attacker who holds one range gets at most so many of the connections that this node chooses (eclipse attack).</summary>
    public const int MaxOutboundPerGroup = 2;

    /// <summary>With more known peers than this, so many are drawn from the address book instead of looking at all.</summary>
    public const int MaxLookedAt = 512;

    /// <summary>Where nobody is dialled.</summary>
    public RangeBans Ranges { get; init; } = RangeBans.None;

    /// <summary>When this node was cut off last and came back: what failed before says nothing of now.</summary>
    public DateTimeOffset BackSince { get; init; }

    /// <summary>When the address may be dialled again. It follows from what is known, so that it is the same whenever one asks.</summary>
    public DateTimeOffset? NextTry(KnownAddress address)
    {
        if (address is not { Failures: > 0, LastTry: { } tried } || tried < BackSince)
        {
            return null;
        }

        // Spread like a jittered wait, though nothing was drawn: the hash of when and where is as good a chance as any.
        var mixed = unchecked(((ulong)tried.UtcTicks + address.Address.StableHash) * 0x9E3779B97F4A7C15UL);
        return tried + Backoff.Wait(address.Failures - 1, (mixed >> 32) / (double)(1L << 33));
    }

    /// <summary>
    /// The next ones to dial. Anchors, who were good before a restart, go first: an attacker who has filled the tables meanwhile does not
    /// decide alone. Then, half from each table, those with a good score, of groups not connected yet, and who failed the least.
    /// </summary>
    /// <param name="known">All that are known.</param>
    /// <param name="book">The tables that are drawn from when there are too many to look at.</param>
    /// <param name="anchors">Who goes first.</param>
    /// <param name="isTaken">Connected, being dialled, or not to be dialled for another reason.</param>
    /// <param name="outbound">The groups of those that this node has dialled.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="now">The time.</param>
    /// <param name="random">The randomness.</param>
    public IReadOnlyList<Candidate> Choose(
        IReadOnlyDictionary<NodeId, KnownPeer> known,
        AddressBook book,
        IReadOnlyCollection<NodeId> anchors,
        Func<NodeId, bool> isTaken,
        IEnumerable<NetworkGroup> outbound,
        int count,
        DateTimeOffset now,
        Random random)
    {
        if (count <= 0)
        {
            return [];
        }

        var groups = new Dictionary<NetworkGroup, int>();
        foreach (var group in outbound)
        {
            groups[group] = groups.GetValueOrDefault(group) + 1;
        }

        // Step by step for all of them, not peer by peer: they lie far apart, and the waits for memory overlap that way.
        var welcome = Drawn(known, book, anchors, random);
        welcome.RemoveAll(p => isTaken(p.Id) || !IsWelcome(p, now));
        var places = new List<Place>(welcome.Count);
        foreach (var peer in welcome)
        {
            if (DialableAt(peer, now) is { } address)
            {
                places.Add(new Place(peer, address));
            }
        }

        var (proven, heard) = (new List<(Place, ulong)>(), new List<(Place, ulong)>());
        foreach (var place in places)
        {
            var (peer, address) = place;
            var rank = Rank(
                anchors.Contains(peer.Id),
                !groups.ContainsKey(NetworkGroup.Of(address.Address)),
                peer.Reputation.ScoreAt(now, Policy),
                address.Failures,
                random.NextDouble());
            (address.Proven ? proven : heard).Add((place, rank));
        }

        return Best(new PriorityQueue<Place, ulong>(proven), new PriorityQueue<Place, ulong>(heard), anchors, groups, count, random);
    }

    /// <summary>The group of that address, if none of it is dialled any more beside these; null if one is.</summary>
    public static NetworkGroup? CrowdAt(PeerAddress address, IEnumerable<NetworkGroup> outbound)
    {
        var group = NetworkGroup.Of(address);
        return !group.IsLocal && outbound.Count(g => g == group) >= MaxOutboundPerGroup ? group : null;
    }

    /// <summary>Those who were good outbound peers last, for the time after a restart.</summary>
    public static ImmutableArray<NodeId> AnchorsOf(IEnumerable<KnownPeer> known, int count = 2) =>
        [.. known
            .Where(p => p.LastSeen is not null && p.Addresses.Any(a => a is { Proven: true, Failures: 0 }))
            .OrderByDescending(p => p.LastSeen).ThenBy(p => p.Id)
            .Take(count).Select(p => p.Id)];

    /// <summary>Whether it may be dialled at all.</summary>
    public bool IsWelcome(KnownPeer peer, DateTimeOffset now) =>
        !peer.IsBanned(now) && !peer.IsRemoved(now) && peer.Reputation.StandingAt(now, Policy) == Standing.Good;

    /// <summary>The best address whose wait is over, and that is not banned; null if there is none.</summary>
    public KnownAddress? DialableAt(KnownPeer peer, DateTimeOffset now)
    {
        foreach (var address in peer.AddressesBestFirst)
        {
            if (!(NextTry(address) > now) && Ranges.BanOf(address.Address, now) is null)
            {
                return address;
            }
        }

        return null;
    }

    /// <summary>Of no use to anybody who waits for its place: it never answered, and not for want of trying.</summary>
    public static bool IsUseless(KnownPeer? peer, DateTimeOffset now) => peer is null
        || (peer is { Manual: false, LastSeen: null } && (peer.Addresses.All(a => a.Failures >= 3) || now - peer.FirstSeen > PeerExchange.MaxAge));

    /// <summary>Those that are looked at; each once.</summary>
    private static List<KnownPeer> Drawn(
        IReadOnlyDictionary<NodeId, KnownPeer> known, AddressBook book, IReadOnlyCollection<NodeId> anchors, Random random)
    {
        if (known.Count <= MaxLookedAt)
        {
            // The trie is walked in the order of the ids.
            return [.. known is HashTrie<NodeId, KnownPeer> ? known.Values : known.Values.OrderBy(p => p.Id)];
        }

        var entries = new BookEntry?[MaxLookedAt];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = book.Pick(random);
        }

        var ids = new HashSet<NodeId>(anchors.Count + entries.Length);
        ids.UnionWith(anchors);
        ids.UnionWith(entries.OfType<BookEntry>().Select(e => e.Peer));
        return [.. ids.Select(known.GetValueOrDefault).OfType<KnownPeer>()];
    }

    /// <summary>Of each kind the best first, as far as so many are wanted: nearly always a few of hundreds, so that nothing is put in order for the others.</summary>
    private static List<Candidate> Best(
        PriorityQueue<Place, ulong> proven, PriorityQueue<Place, ulong> heard, IReadOnlyCollection<NodeId> anchors,
        Dictionary<NetworkGroup, int> groups, int count, Random random)
    {
        var chosen = new List<Candidate>();
        while (chosen.Count < count && proven.Count + heard.Count > 0)
        {
            var isProven = heard.Count == 0 || (proven.Count > 0 && (anchors.Contains(proven.Peek().Peer.Id) || random.Next(2) == 0));
            var (peer, address) = (isProven ? proven : heard).Dequeue();
            var group = NetworkGroup.Of(address.Address);
            var ofGroup = groups.GetValueOrDefault(group);
            if (group.IsLocal || ofGroup < MaxOutboundPerGroup)
            {
                groups[group] = ofGroup + 1;
                chosen.Add(new Candidate(peer.Id, address.Address));
            }
        }

        return chosen;
    }

    /// <summary>
    /// The best have the lowest. All that counts is one number: what counts more stands in higher bits; the chance, in the lowest, decides
    /// between equals.
    /// </summary>
    private static ulong Rank(bool isAnchor, bool isOfNewGroup, double score, int failures, double chance)
    {
        // A score is from -100 to 100.
        var worse = (ulong)(10 - Math.Round(score / 10));
        return ((isAnchor ? 0UL : 1) << 63) | ((isOfNewGroup ? 0UL : 1) << 62) | (worse << 56)
            | ((ulong)Math.Clamp(failures, 0, ushort.MaxValue) << 40) | (ulong)(chance * (1L << 40));
    }

    /// <summary>Who may be dialled, and where.</summary>
    private readonly record struct Place(KnownPeer Peer, KnownAddress Address);
}
