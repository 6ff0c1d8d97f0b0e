using System.Collections.Immutable;
using System.Net;

namespace Meshara.Core.Peers;

/// <summary>A person banned a range of addresses.</summary>
/// <param name="At">When.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Note">Why, in that person's words; null if nothing was said.</param>
internal sealed record RangeBan(IPNetwork Range, DateTimeOffset At, DateTimeOffset Until, string? Note = null)
{
    public bool Holds(DateTimeOffset now) => now < Until;
}

/// <summary>
/// The banned ranges, immutable. To look an address up costs as many look-ups as there are lengths of prefix among the ranges, however
/// many ranges there are: a flood from banned addresses is answered by it, socket after socket.
/// </summary>
internal sealed class RangeBans
{
    /// <summary>The most ranges that may be banned at one time. More is the work of a firewall.</summary>
    public const int Max = 1024;

    public static readonly RangeBans None = new(ImmutableDictionary<IPNetwork, RangeBan>.Empty);

    private readonly ImmutableDictionary<IPNetwork, RangeBan> _bans;
    private readonly ImmutableArray<int> _lengths;

    private RangeBans(ImmutableDictionary<IPNetwork, RangeBan> bans)
    {
        _bans = bans;
        _lengths = [.. bans.Keys.Select(r => r.PrefixLength).Distinct()];
    }

    /// <summary>Also those that have ended and were not cleared away yet, in an order that is always the same.</summary>
    public IEnumerable<RangeBan> All => _bans.Values.OrderBy(b => b.Range.ToString(), StringComparer.Ordinal);

    public int Count => _bans.Count;

    public RangeBan? this[IPNetwork range] => _bans.GetValueOrDefault(range);

    public static RangeBans Of(IEnumerable<RangeBan> bans) => new(bans.ToImmutableDictionary(b => b.Range));

    /// <summary>The ban that keeps the address out for longest; null if none does.</summary>
    public RangeBan? BanOf(IPAddress address, DateTimeOffset now)
    {
        RangeBan? longest = null;
        foreach (var length in _lengths)
        {
            if (_bans.TryGetValue(AddressRange.Of(address, length), out var ban) && ban.Holds(now) && !(longest?.Until >= ban.Until))
            {
                longest = ban;
            }
        }

        return longest;
    }

    /// <summary>The same for where a peer can be dialled. Where a name leads is known only when it is dialled.</summary>
    public RangeBan? BanOf(PeerAddress? address, DateTimeOffset now) =>
        !_lengths.IsEmpty && address is PeerAddress.Ip ip ? BanOf(ip.EndPoint.Address, now) : null;

    public RangeBans With(RangeBan ban) => new(_bans.SetItem(ban.Range, ban));

    public RangeBans Without(IPNetwork range) => new(_bans.Remove(range));
}
