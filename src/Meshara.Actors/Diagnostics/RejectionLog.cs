using System.Collections.Immutable;
using Meshara.Core.Peers;

namespace Meshara.Actors.Diagnostics;

/// <summary>
/// Strangers can cause rejections at any rate. Every one is counted, but only the first few of each reason in a minute are
/// told one by one; the rest come as one line when the minute is over, so that no flood fills a log.
/// </summary>
internal sealed class RejectionLog
{
    /// <summary>How many of one reason are told one by one in a minute.</summary>
    private const int ToldPerMinute = 3;

    private readonly Dictionary<Reason, long> _inMinute = [];
    private readonly SortedDictionary<Reason, long> _total = [];

    /// <summary>All since the start, by reason.</summary>
    public ImmutableSortedDictionary<Reason, long> Total => _total.ToImmutableSortedDictionary();

    /// <summary>Counts one; true if it is to be told.</summary>
    public bool Count(Reason reason)
    {
        _total[reason] = _total.GetValueOrDefault(reason) + 1;
        var count = _inMinute[reason] = _inMinute.GetValueOrDefault(reason) + 1;
        return count <= ToldPerMinute;
    }

    /// <summary>The minute is over: what was not told, by reason.</summary>
    public IReadOnlyList<(Reason Reason, long Untold)> TakeUntold()
    {
        var untold = _inMinute.Where(r => r.Value > ToldPerMinute).Select(r => (r.Key, r.Value - ToldPerMinute)).Order().ToList();
        _inMinute.Clear();
        return untold;
    }
}
