using Meshara.Actors.Configuration;

namespace Meshara.Actors.Store;

/// <summary>
/// When the next snapshot is due. It holds every peer: where there are more peers than events between two, it waits for as many events. Where
/// little happens it is taken by its age, so that what was deleted does not stay in the journal for months.
/// </summary>
internal sealed class SnapshotPlan(StoreSettings settings)
{
    private long _second;
    private long _since;
    private DateTimeOffset _triedAt;
    private bool _isTrimming;
    private bool _isUntrimmed;

    /// <summary>Where the newest good one stands in the journal; 0 where there is none.</summary>
    public long Newest { get; private set; }

    /// <summary>The journal was read; the newest snapshot in it was taken then.</summary>
    public void Recovered(long sequence, DateTimeOffset takenAt, DateTimeOffset now)
    {
        Newest = sequence;

        // Without one the time begins to run now; so it does after a clock that went back.
        _triedAt = sequence > 0 && takenAt <= now ? takenAt : now;
    }

    /// <summary>So many events have been added to the journal, or read from it behind the newest snapshot.</summary>
    public void Added(int events) => _since += events;

    public bool IsDue(int peers, DateTimeOffset now) =>
        _since >= Math.Max(settings.SnapshotEvery, peers) || now - _triedAt >= settings.SnapshotAfter;

    /// <summary>One is taken now; should it fail, the next is not due at once.</summary>
    public void Try(DateTimeOffset now) => (_since, _triedAt) = (0, now);

    /// <summary>
    /// One has been written. On a server several are written at a time, and an older one may be told of last: it is not needed, and what was
    /// deleted before it came is deleted once more.
    /// </summary>
    /// <returns>Where the second newest stands; up to there nothing is needed any more. 0: nothing can go now.</returns>
    public long Saved(long sequence)
    {
        if (sequence > Newest)
        {
            (_second, Newest) = (Newest, sequence);
        }
        else if (sequence < Newest)
        {
            _second = Math.Max(_second, sequence);
        }

        _isUntrimmed = true;
        return Trim();
    }

    /// <summary>The deletion that was under way is over, well or not: one that failed is tried again with the next snapshot.</summary>
    /// <returns>As of <see cref="Saved"/>, where more can go since it began.</returns>
    public long Trimmed()
    {
        _isTrimming = false;
        return Trim();
    }

    /// <summary>One deletion at a time: two that overlap are a deadlock to a server, which ends one of them.</summary>
    private long Trim()
    {
        if (_second == 0 || _isTrimming || !_isUntrimmed)
        {
            return 0;
        }

        (_isTrimming, _isUntrimmed) = (true, false);
        return _second;
    }
}
