using System.Collections.Immutable;
using System.Security.Cryptography;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>Why a verified record that another peer told of is not taken.</summary>
internal enum RecordFlaw
{
    /// <summary>The node it speaks of belongs to another network.</summary>
    OtherNetwork,

    /// <summary>It is older than records are believed.</summary>
    Expired,

    /// <summary>It claims to have been made in the future: it could never be replaced.</summary>
    FromTheFuture,

    /// <summary>It is this node's own.</summary>
    Own,

    /// <summary>None of its addresses can be dialled from here.</summary>
    NoAddress,
}

/// <summary>Who may be told of whom, and what is believed of what others tell. Pure.</summary>
internal static class PeerExchange
{
    /// <summary>The most records of one answer.</summary>
    public const int MaxRecords = 64;

    /// <summary>How many peers one asker can learn of in a day: so many, or the share below, whichever is more.</summary>
    public const int MinSample = 32;

    /// <summary>As Bitcoin Core's <c>getaddr</c>: nobody can read out the whole table.</summary>
    public const double MaxShare = 0.23;

    /// <summary>Who was not connected for so long is not passed on.</summary>
    public static readonly TimeSpan ProvenWithin = TimeSpan.FromHours(3);

    /// <summary>Records older than this are not believed; a node makes a new one every day.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(7);

    /// <summary>By so much the clocks of two nodes may differ.</summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromHours(2);

    /// <summary>
    /// Whether an address may be passed between this node and one of that reach: no private address goes to, or is believed of, a
    /// public peer. It would tell of the inside of a network, or have a node dial into its own (server-side request forgery).
    /// </summary>
    public static bool Crosses(Reach address, Reach peer) => address switch
    {
        Reach.Global => true,
        Reach.Private => peer is Reach.Private or Reach.Link or Reach.Loopback,
        Reach.Loopback => peer == Reach.Loopback,
        _ => false,
    };

    /// <summary>The addresses of a verified record that can be dialled from here, or what is wrong with it.</summary>
    /// <param name="record">What was told.</param>
    /// <param name="network">The network of this node.</param>
    /// <param name="teller">How far the address of the peer that told reaches.</param>
    /// <param name="self">This node, and where it listens: dialling oneself is of no use, and could be used to make it busy.</param>
    /// <param name="own">Where this node listens.</param>
    /// <param name="now">The time.</param>
    public static (ImmutableArray<PeerAddress> Addresses, RecordFlaw? Flaw) Judge(
        PeerRecord record, string network, Reach teller, NodeId self, IReadOnlyCollection<PeerAddress> own, DateTimeOffset now)
    {
        var age = now.ToUnixTimeMilliseconds() - (double)record.Sequence;
        var addresses = record.Addresses;
        for (var i = addresses.Length - 1; i >= 0; i--)
        {
            var isUseful = Crosses(AddressReach.Of(addresses[i]), teller) && !own.Contains(addresses[i]) && addresses.IndexOf(addresses[i]) == i;
            addresses = isUseful ? addresses : addresses.RemoveAt(i);
        }

        RecordFlaw? flaw = record.Network != network ? RecordFlaw.OtherNetwork
            : record.Id == self ? RecordFlaw.Own
            : age > MaxAge.TotalMilliseconds ? RecordFlaw.Expired
            : age < -MaxSkew.TotalMilliseconds ? RecordFlaw.FromTheFuture
            : addresses.IsEmpty ? RecordFlaw.NoAddress
            : null;
        return flaw is null ? (addresses, null) : ([], flaw);
    }

    /// <summary>
    /// Whom an asker is told of: peers that proved their key lately, those seen in the last minute first, and all day of the same ones. The choice is keyed by the asker's network group, so that many askers of one place learn no more than one does.
    /// </summary>
    /// <param name="known">All that are known.</param>
    /// <param name="asker">Who asks.</param>
    /// <param name="from">Where the asker is.</param>
    /// <param name="secret">Unknown to everybody else; it keeps the choice from being foretold.</param>
    /// <param name="policy">When a score is good.</param>
    /// <param name="now">The time.</param>
    /// <param name="max">How many the asker wants.</param>
    public static ImmutableArray<SignedRecord> Sample(
        IEnumerable<KnownPeer> known,
        NodeId asker,
        PeerAddress from,
        ReadOnlySpan<byte> secret,
        ReputationPolicy policy,
        DateTimeOffset now,
        int max = MaxRecords)
    {
        var reach = AddressReach.Of(from);
        var group = NetworkGroup.Of(from);
        var who = group.IsLocal ? asker.ToString() : group.ToString();
        var day = now.ToUnixTimeSeconds() / (24 * 60 * 60);
        var chance = SipHash.WithKey(HMACSHA256.HashData(secret, System.Text.Encoding.UTF8.GetBytes($"peers {day} {who}")));
        var share = ShareOf(known, asker, chance);
        var told = ImmutableArray.CreateBuilder<SignedRecord>();
        Tell(isHere: true);
        Tell(isHere: false);
        return told.ToImmutable();

        // To read a record costs more than all else: no more are read than are told.
        void Tell(bool isHere)
        {
            for (var i = 0; i < share.Length && told.Count < Math.Min(max, MaxRecords); i++)
            {
                var peer = share.Span[i];
                if (now - peer.LastSeen <= TimeSpan.FromMinutes(1) == isHere && IsFit(peer, policy, now)
                    && peer.Record is { } record && IsTellable(record, reach, now))
                {
                    told.Add(record);
                }
            }
        }
    }

    /// <summary>
    /// All that the asker can learn of in a day, the first to be told first. It is a part of all, not of those who are fit to be told of now: else
    /// who asks again and again, while peers come and go, would learn of more and more of them.
    /// </summary>
    private static ReadOnlyMemory<KnownPeer> ShareOf(IEnumerable<KnownPeer> known, NodeId asker, SipHash chance)
    {
        // First all are found, then all are read, then all are ranked: they lie far apart, and the waits for memory overlap that way.
        KnownPeer[] peers = [.. known];
        var (ids, count) = (new NodeId[peers.Length], 0);
        foreach (var peer in peers)
        {
            if (peer.HasRecord && peer.Id != asker)
            {
                (ids[count], peers[count]) = (peer.Id, peer);
                count++;
            }
        }

        var chances = new ulong[count];
        Span<byte> id = stackalloc byte[NodeId.Size];
        for (var i = 0; i < count; i++)
        {
            ids[i].CopyTo(id);
            chances[i] = chance.Of(id);
        }

        Array.Sort(chances, peers, 0, count);
        return peers.AsMemory(0, Math.Min(count, Math.Max(MinSample, (int)(count * MaxShare))));
    }

    private static bool IsFit(KnownPeer peer, ReputationPolicy policy, DateTimeOffset now) =>
        now - peer.LastSeen <= ProvenWithin
        && !peer.IsBanned(now) && !peer.IsRemoved(now)
        && peer.Reputation.StandingAt(now, policy) == Standing.Good;

    private static bool IsTellable(SignedRecord record, Reach asker, DateTimeOffset now) =>
        now.ToUnixTimeMilliseconds() - (double)record.Sequence <= MaxAge.TotalMilliseconds
        && !record.Addresses.IsEmpty
        && record.Addresses.All(a => Crosses(AddressReach.Of(a), asker));
}
