using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Engine;

/// <summary>What a publication has to say now.</summary>
internal enum PublicationStep
{
    Nothing,
    Probe,
    Announce,
}

/// <summary>
/// How a name becomes ours on one link (RFC 6762 section 8): three probes, 250 ms apart, then two announcements. Says when and what;
/// others carry it out.
/// </summary>
internal sealed class Publication
{
    private const int Probes = 3, Announcements = 2;

    private readonly Random _random;
    private int _probes;
    private int _announcements;
    private TimeSpan? _announced;
    private TimeSpan? _doubted;
    private bool _isDeferred;

    /// <param name="pause">Before the first probe, when there were many conflicts lately.</param>
    public Publication(OwnRecords records, TimeSpan now, TimeSpan pause, Random random)
    {
        _random = random;
        Records = records;
        Due = now + pause + Timing.Between(TimeSpan.Zero, Timing.ProbeInterval, random);
    }

    public OwnRecords Records { get; private set; }

    /// <summary>When <see cref="OnDue"/> has something to say; null when all is said.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>Whether the name is ours, so that questions are answered with it.</summary>
    public bool IsOurs => _probes > Probes;

    /// <summary>
    /// Whether an answer of somebody else takes the name away: after the first probe, or after a tie-break that was lost. One that comes
    /// before, such as the same conflict by both families, answers nothing that was asked.
    /// </summary>
    public bool IsAtStake => !IsOurs && (_probes > 0 || _isDeferred);

    public PublicationStep OnDue(TimeSpan now)
    {
        if (Due is null || now < Due)
        {
            return PublicationStep.Nothing;
        }

        if (_probes < Probes)
        {
            _probes++;
            _isDeferred = false;
            Due = now + Timing.ProbeInterval;
            return PublicationStep.Probe;
        }

        _probes = Probes + 1;
        _announcements++;
        _announced = now;
        Due = _announcements < Announcements ? now + Timing.AnnounceInterval : null;
        return PublicationStep.Announce;
    }

    /// <summary>
    /// Another host probes for the same name at the same time. Who would say the later data wins (section 8.2); the loser waits, to see
    /// whether the winner is still there then, or was but an echo of itself.
    /// </summary>
    public void OnRivalProbe(IEnumerable<ResourceRecord> theirs, TimeSpan now)
    {
        if (IsOurs || _probes == 0)
        {
            return;
        }

        // Name by name: the rival may want only one of them.
        var ours = Records.UniqueRecords.ToLookup(r => r.Name);
        if (theirs.GroupBy(r => r.Name).Any(name => Compare(ours[name.Key], name) < 0))
        {
            (_probes, _isDeferred) = (0, true);
            Due = now + Timing.Deferral;
        }
    }

    /// <summary>The addresses of the interface have changed: the name stays ours, has been announced anew, and will be once more.</summary>
    public void Change(OwnRecords records, TimeSpan now)
    {
        Records = records;
        if (IsOurs)
        {
            (_announcements, _announced) = (Announcements - 1, now);
            Due = now + Timing.AnnounceInterval;
        }
    }

    /// <summary>Somebody else answered with a record of our name: it is probed for again before it is believed lost (section 9).</summary>
    public void Doubt(TimeSpan now)
    {
        // Not so often that who goes on claiming it could keep us from answering.
        if (now - _doubted < Timing.ConflictWindow)
        {
            AnnounceAgain(now);
            return;
        }

        _doubted = now;
        (_probes, _announcements) = (0, 0);
        Due = now + Timing.Between(TimeSpan.Zero, Timing.ProbeInterval, _random);
    }

    /// <summary>Somebody tells our records with a shorter life than they have: say them once more, before others forget them.</summary>
    public void AnnounceAgain(TimeSpan now)
    {
        if (IsOurs && Due is null)
        {
            _announcements = Announcements - 1;
            Due = _announced + Timing.AnnounceInterval is { } next && next > now ? next : now;
        }
    }

    private static int Compare(IEnumerable<ResourceRecord> ours, IEnumerable<ResourceRecord> theirs)
    {
        var comparer = Comparer<ResourceRecord>.Create(ResourceRecord.CompareForTieBreak);
        using var one = ours.Order(comparer).GetEnumerator();
        using var other = theirs.Order(comparer).GetEnumerator();
        while (true)
        {
            var (more, others) = (one.MoveNext(), other.MoveNext());
            if (!more || !others)
            {
                // Who still has records when the other has none left comes later.
                return more.CompareTo(others);
            }

            var order = ResourceRecord.CompareForTieBreak(one.Current, other.Current);
            if (order != 0)
            {
                return order;
            }
        }
    }
}
