using System.Collections.Immutable;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>What is remembered of one peer. Immutable: the peer store makes the next one from each event.</summary>
internal sealed record KnownPeer
{
    /// <summary>The most addresses remembered of one peer; the least useful goes first. A hostile peer could otherwise fill the disk.</summary>
    public const int MaxAddresses = 8;

    public required NodeId Id { get; init; }

    public required PublicKey Key { get; init; }

    public required PeerSource Source { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>A person asked for it: protected, and redialled for ever.</summary>
    public bool Manual { get; init; }

    public DateTimeOffset? LastSeen { get; init; }

    public ImmutableArray<KnownAddress> Addresses { get; init; } = [];

    public Reputation Reputation { get; init; } = Reputation.New;

    public Ban? Ban { get; init; }

    /// <summary>How its score came about.</summary>
    public ReputationHistory History { get; init; } = ReputationHistory.Empty;

    /// <summary>The newest record that it signed; null if none was seen.</summary>
    public SignedRecord? Record { get; init; }

    /// <summary>Who told of it first; null if it was met otherwise.</summary>
    public NodeId? ToldBy { get; init; }

    /// <summary>A person removed it: kept out until then.</summary>
    public DateTimeOffset? RemovedUntil { get; init; }

    public long BytesSent { get; init; }

    public long BytesReceived { get; init; }

    public bool IsBanned(DateTimeOffset now) => Ban is { } ban && now < ban.Until;

    public bool IsRemoved(DateTimeOffset now) => RemovedUntil is { } until && now < until;

    /// <summary>Proven ones first, then those that failed least, then those that were tried last.</summary>
    public IEnumerable<KnownAddress> AddressesBestFirst =>
        Addresses.OrderByDescending(a => a.Proven).ThenBy(a => a.Failures).ThenByDescending(a => a.LastTry);

    /// <summary>The address to try first; null if none is known.</summary>
    public KnownAddress? Best => AddressesBestFirst.FirstOrDefault();

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
}

/// <summary>An address of a peer, and what came of trying it.</summary>
/// <param name="Address">Where.</param>
/// <param name="Proven">This node dialled it, and the peer's key answered there: the address is pinned to that key.</param>
/// <param name="LastTry">When it was last dialled.</param>
/// <param name="LastFailure">Why the last dial failed; null if it did not.</param>
/// <param name="Failures">Failed dials in a row.</param>
internal sealed record KnownAddress(
    PeerAddress Address, bool Proven = false, DateTimeOffset? LastTry = null, Reason? LastFailure = null, int Failures = 0);

/// <summary>A ban.</summary>
/// <param name="Until">When it ends.</param>
/// <param name="Cause">Why.</param>
/// <param name="Count">Which in the peer's history, from 1: each lasts twice as long as the one before, unless a person says how long.</param>
/// <param name="Note">What the person said who banned the peer.</param>
internal sealed record Ban(DateTimeOffset Until, ReputationCause Cause, int Count, string? Note = null);
