using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>
/// What is remembered of one peer. Immutable: the peer store makes the next one from each event. There may be a hundred thousand, most of
/// whom this node has only heard of: so what it has met a peer with stands apart, and is shared by all that it has not met.
/// </summary>
internal sealed record KnownPeer : ITrieLeaf<NodeId>
{
    /// <summary>The most addresses remembered of one peer; the least useful goes first. A hostile peer could otherwise fill the disk.</summary>
    public const int MaxAddresses = 8;

    private readonly UtcTicks _firstSeen;
    private readonly Dealings _dealings = Dealings.None;
    private readonly PackedRecord _record;

    public required NodeId Id { get; init; }

    public required PublicKey Key { get; init; }

    public required PeerSource Source { get; init; }

    public required DateTimeOffset FirstSeen
    {
        get => _firstSeen.Time!.Value;
        init => _firstSeen = UtcTicks.Of(value);
    }

    /// <summary>A person asked for it: protected, and redialled for ever.</summary>
    public bool Manual { get; init; }

    public DateTimeOffset? LastSeen
    {
        get => _dealings.LastSeen.Time;
        init => _dealings = value == LastSeen ? _dealings : _dealings with { LastSeen = UtcTicks.Of(value) };
    }

    public ImmutableArray<KnownAddress> Addresses { get; init; } = [];

    public Reputation Reputation
    {
        get => _dealings.Reputation;
        init => _dealings = value == Reputation ? _dealings : _dealings with { Reputation = value };
    }

    public Ban? Ban
    {
        get => _dealings.Ban;
        init => _dealings = value == Ban ? _dealings : _dealings with { Ban = value };
    }

    /// <summary>How its score came about.</summary>
    public ReputationHistory History
    {
        get => _dealings.History;
        init => _dealings = value.Equals(History) ? _dealings : _dealings with { History = value };
    }

    /// <summary>The newest record that it signed; null if none was seen. It is read anew each time: what is kept are the signed bytes.</summary>
    public SignedRecord? Record
    {
        get => _record.Bytes is { } bytes && SignedRecord.TryRead(bytes, out var record) ? record : null;
        init => RecordBytes = value is null ? default : value.Bytes;
    }

    /// <summary>
    /// The bytes of <see cref="Record"/>; empty if none was seen. They were verified before they came here, and nobody writes to them any more;
    /// a part of something larger is copied, so that it does not hold the whole.
    /// </summary>
    public ReadOnlyMemory<byte> RecordBytes
    {
        get => _record.Bytes;
        init => _record = value.IsEmpty ? default
            : new PackedRecord(MemoryMarshal.TryGetArray(value, out var all) && all.Array!.Length == all.Count ? all.Array : value.ToArray());
    }

    public bool HasRecord => _record.Bytes is not null;

    /// <summary>Who told of it first; null if it was met otherwise.</summary>
    public NodeId? ToldBy
    {
        get => Teller?.Id;
        init => Teller = value is { } id ? new Teller(id) : null;
    }

    /// <summary>The same, to be shared by all whom it told of.</summary>
    public Teller? Teller { get; init; }

    /// <summary>A person removed it: kept out until then.</summary>
    public DateTimeOffset? RemovedUntil
    {
        get => _dealings.RemovedUntil.Time;
        init => _dealings = value == RemovedUntil ? _dealings : _dealings with { RemovedUntil = UtcTicks.Of(value) };
    }

    public long BytesSent
    {
        get => _dealings.BytesSent;
        init => _dealings = value == BytesSent ? _dealings : _dealings with { BytesSent = value };
    }

    public long BytesReceived
    {
        get => _dealings.BytesReceived;
        init => _dealings = value == BytesReceived ? _dealings : _dealings with { BytesReceived = value };
    }

    NodeId ITrieLeaf<NodeId>.Key => Id;

    /// <summary>An id is a SHA-256: its first bits are as good as any hash. So a walk through all is one in the order of the ids.</summary>
    public static ulong HashOf(NodeId id) => id.First64Bits;

    public bool IsBanned(DateTimeOffset now) => Ban is { } ban && now < ban.Until;

    public bool IsRemoved(DateTimeOffset now) => RemovedUntil is { } until && now < until;

    /// <summary>Proven ones first, then those that failed least, then those that were tried last.</summary>
    public ImmutableArray<KnownAddress> AddressesBestFirst
    {
        get
        {
            for (var i = 1; i < Addresses.Length; i++)
            {
                if (BestFirst(Addresses[i - 1], Addresses[i]) > 0)
                {
                    return [.. Addresses.Order(Comparer<KnownAddress>.Create(BestFirst))];
                }
            }

            return Addresses;
        }
    }

    /// <summary>The address to try first; null if none is known.</summary>
    public KnownAddress? Best => AddressesBestFirst is [var best, ..] ? best : null;

    /// <summary>It is said to be at the address.</summary>
    public KnownPeer Hears(PeerAddress address) => Addresses.Any(a => a.Address == address) ? this : With(new KnownAddress(address));

    /// <summary>Its key answered at the address.</summary>
    public KnownPeer Pins(PeerAddress address) =>
        With((AddressOf(address) ?? new KnownAddress(address)) with { Proven = true });

    /// <summary>The address was dialled.</summary>
    public KnownPeer Tried(PeerAddress address, Reason? failure, DateTimeOffset at)
    {
        var known = AddressOf(address) ?? new KnownAddress(address);
        return With(known with { LastTry = at, LastFailure = failure, Failures = failure is null ? 0 : known.Failures + 1 });
    }

    private static int BestFirst(KnownAddress one, KnownAddress other)
    {
        var order = other.Proven.CompareTo(one.Proven);
        order = order != 0 ? order : one.Failures.CompareTo(other.Failures);
        return order != 0 ? order : Nullable.Compare(other.LastTry, one.LastTry);
    }

    private KnownAddress? AddressOf(PeerAddress address) => Addresses.FirstOrDefault(a => a.Address == address);

    private KnownPeer With(KnownAddress address)
    {
        var others = Addresses.RemoveAll(a => a.Address == address.Address);
        if (others.Length >= MaxAddresses)
        {
            others = others.Remove(others.OrderBy(a => a.Proven).ThenByDescending(a => a.Failures).ThenBy(a => a.LastTry).First());
        }

        return this with { Addresses = others.Add(address) };
    }

    /// <summary>What this node and the peer have had with each other.</summary>
    private sealed record Dealings
    {
        public static readonly Dealings None = new();

        public UtcTicks LastSeen { get; init; }

        public UtcTicks RemovedUntil { get; init; }

        public Reputation Reputation { get; init; } = Reputation.New;

        public ReputationHistory History { get; init; } = ReputationHistory.Empty;

        public Ban? Ban { get; init; }

        public long BytesSent { get; init; }

        public long BytesReceived { get; init; }
    }

    /// <summary>A record as it was signed, compared by its bytes.</summary>
    private readonly struct PackedRecord(byte[]? bytes) : IEquatable<PackedRecord>
    {
        public byte[]? Bytes => bytes;

        public bool Equals(PackedRecord other) => bytes.AsSpan().SequenceEqual(other.Bytes);

        public override bool Equals(object? obj) => obj is PackedRecord other && Equals(other);

        public override int GetHashCode() => bytes?.Length ?? 0;
    }
}

/// <summary>Who told of a peer. One who told of many is held once.</summary>
internal sealed record Teller(NodeId Id);
