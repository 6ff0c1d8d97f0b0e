using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Engine;

/// <summary>
/// What is to be asked on one link, and when: for the instances of a type, for ever and ever more seldom; for what is missing of an
/// instance, a few times.
/// </summary>
internal sealed class Questions
{
    /// <summary>Tries for what is missing, and instances that are asked after at one time.</summary>
    private const int MaxTries = 4, MaxMissing = 512;

    private readonly Random _random;
    private TimeSpan _longestInterval;
    private readonly Dictionary<Question, (TimeSpan Due, int Tries, DomainName Instance)> _missing = [];
    private readonly Dictionary<DomainName, HashSet<Question>> _missingOf = [];
    private readonly Dictionary<Question, TimeSpan> _askedLately = [];
    private TimeSpan _interval;
    private TimeSpan _nextMissing;
    private TimeSpan? _browsed;
    private TimeSpan _madeRoom;

    public Questions(DomainName type, TimeSpan longestInterval, TimeSpan now, Random random)
    {
        (Type, _longestInterval, _random) = (type, longestInterval, random);
        BrowseDue = Begin(now);
    }

    /// <summary>The type whose instances are looked for.</summary>
    public DomainName Type { get; }

    public TimeSpan BrowseDue { get; private set; }

    public TimeSpan Due
    {
        get
        {
            var missing = _missing.Values.Where(m => m.Tries < MaxTries).Select(m => m.Due).DefaultIfEmpty(TimeSpan.MaxValue).Min();
            missing = missing > _nextMissing ? missing : _nextMissing;
            return _missing.Count > 0 && missing < BrowseDue ? missing : BrowseDue;
        }
    }

    /// <summary>From now on no longer than that lies between two questions for instances.</summary>
    public void Pace(TimeSpan longestInterval, TimeSpan now)
    {
        _longestInterval = longestInterval;
        _interval = _interval < longestInterval ? _interval : longestInterval;
        BrowseDue = BrowseDue < now + longestInterval ? BrowseDue : now + longestInterval;
    }

    /// <summary>The network has changed: all is asked anew, and soon.</summary>
    public void Restart(TimeSpan now)
    {
        _missing.Clear();
        _missingOf.Clear();
        _askedLately.Clear();
        BrowseDue = Begin(now);
    }

    /// <summary>Somebody else has asked the same just now, knowing no more than we do: the answers come to us too (RFC 6762 section 7.3).</summary>
    public void OnSameQuestion(TimeSpan now)
    {
        if (BrowseDue <= now + _interval)
        {
            BrowseDue = now + NextInterval();
        }
    }

    /// <summary>This is what is missing of an instance now; what is no longer missing is no longer asked for.</summary>
    public void Miss(DomainName instance, IReadOnlySet<Question> missing, TimeSpan now)
    {
        if (_missingOf.TryGetValue(instance, out var before))
        {
            before.RemoveWhere(q => !missing.Contains(q) && _missing.Remove(q));
        }
        else if (missing.Count == 0 || !HasRoom(now))
        {
            return;
        }
        else
        {
            _missingOf.Add(instance, before = []);
        }

        // All that one packet left open is asked for together. What was found but does not live long is not asked for at once again.
        var soon = now + Wait();
        foreach (var question in missing.Where(q => !_missing.ContainsKey(q)))
        {
            var due = _askedLately.TryGetValue(question, out var last) ? last + Timing.ShortestRefresh : soon;
            _missing.Add(question, (due > soon ? due : soon, 0, instance));
            before.Add(question);
        }

        if (before.Count == 0)
        {
            _missingOf.Remove(instance);
        }
    }

    /// <summary>Whether the instances are to be asked for now; it counts as asked.</summary>
    public bool TakeBrowse(TimeSpan now)
    {
        if (BrowseDue > now)
        {
            return false;
        }

        (BrowseDue, _browsed) = (now + NextInterval(), now);
        return true;
    }

    /// <summary>An instance is about to be forgotten: ask soon, but not twice within a second (RFC 6762 section 5.2).</summary>
    public void BrowseSoon(TimeSpan now)
    {
        var soon = _browsed + Timing.FirstInterval is { } least && least > now ? least : now;
        BrowseDue = BrowseDue < soon ? BrowseDue : soon;
    }

    /// <summary>What is missing and due; it counts as asked.</summary>
    public IReadOnlyList<Question> TakeMissing(TimeSpan now)
    {
        if (now < _nextMissing)
        {
            return [];
        }

        foreach (var old in _askedLately.Where(a => now - a.Value >= Timing.ShortestRefresh).Select(a => a.Key).ToList())
        {
            _askedLately.Remove(old);
        }

        var due = _missing.Where(m => m.Value.Due <= now && m.Value.Tries < MaxTries).ToList();
        _nextMissing = due.Count > 0 ? now + Timing.Gathering : _nextMissing;
        foreach (var (question, (_, tries, instance)) in due)
        {
            _askedLately[question] = now;
            _missing[question] = (now + (Timing.FirstInterval * Math.Pow(2, tries)), tries + 1, instance);
        }

        return [.. due.Select(m => m.Key)];
    }

    /// <summary>Instances that were asked after in vain give way: forged ones must not keep real ones from being asked after.</summary>
    private bool HasRoom(TimeSpan now)
    {
        if (_missingOf.Count >= MaxMissing && now - _madeRoom > Timing.FirstInterval)
        {
            _madeRoom = now;
            foreach (var (instance, questions) in _missingOf.Where(m => m.Value.All(q => _missing[q].Tries >= MaxTries)).ToList())
            {
                _missingOf.Remove(instance);
                foreach (var question in questions)
                {
                    _missing.Remove(question);
                }
            }
        }

        return _missingOf.Count < MaxMissing;
    }

    private TimeSpan Begin(TimeSpan now)
    {
        _interval = Timing.FirstInterval;
        return now + Wait();
    }

    private TimeSpan NextInterval()
    {
        var interval = _interval;
        _interval = interval * 2 < _longestInterval ? interval * 2 : _longestInterval;
        return interval;
    }

    private TimeSpan Wait() => Timing.Between(Timing.ShortestDelay, Timing.LongestDelay, _random);
}
