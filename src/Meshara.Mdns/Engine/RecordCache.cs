using System.Net;
using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Engine;

/// <summary>A record that somebody else announced.</summary>
internal sealed class CachedRecord(ResourceRecord record, IPAddress source)
{
    /// <summary>More than this nobody believes, in seconds: a day.</summary>
    private const uint LongestTtl = 86_400;

    private int _refreshes;

    public ResourceRecord Record { get; private set; } = record;

    /// <summary>Who said so first; it counts against its share.</summary>
    public IPAddress Source => source;

    public TimeSpan Heard { get; private set; }

    public TimeSpan Expires { get; private set; }

    /// <summary>When it is to be asked for again; null when it was in vain so often that it may as well expire.</summary>
    public TimeSpan? Refresh { get; private set; }

    /// <summary>It ends because somebody said so, not because nobody did.</summary>
    public bool IsRevoked { get; private set; }

    private TimeSpan Ttl => TimeSpan.FromSeconds(Math.Min(Record.Ttl, LongestTtl));

    /// <summary>When there is something to do about it.</summary>
    public TimeSpan Due => Refresh is { } refresh && refresh < Expires ? refresh : Expires;

    public int Size => 64 + Record.Name.WireLength + Record.Data.Canonical().Length;

    /// <summary>Whether it is worth telling others that it is known (RFC 6762 section 7.1: at least half of its time is left).</summary>
    public bool IsFresh(TimeSpan now) => !IsRevoked && Expires - now > Ttl / 2;

    /// <summary>Heard again, or for the first time.</summary>
    public void Hear(ResourceRecord record, TimeSpan now, Random random)
    {
        (Record, Heard, IsRevoked, _refreshes) = (record, now, false, 0);
        Expires = now + Ttl;
        PlanRefresh(random);
    }

    /// <summary>It was asked for.</summary>
    public void Asked(Random random)
    {
        _refreshes++;
        PlanRefresh(random);
    }

    /// <summary>It ends after a moment, in which whoever still has it may say so.</summary>
    public void Revoke(TimeSpan now) => (Expires, Refresh, IsRevoked) = (Min(Expires, now + Timing.Grace), null, true);

    /// <summary>It did not work: it is believed for a while only, unless it is heard again.</summary>
    public void Doubt(TimeSpan now) => Expires = Min(Expires, now + Timing.Reconfirmation);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void PlanRefresh(Random random)
    {
        // The floor is for asking, not for believing: a TTL of a second would else cost a question a second.
        var ttl = Ttl < Timing.ShortestRefreshedTtl ? Timing.ShortestRefreshedTtl : Ttl;
        Refresh = _refreshes < Timing.RefreshAt.Length
            ? Heard + (ttl * (Timing.RefreshAt[_refreshes] + (0.02 * random.NextDouble())))
            : null;
    }
}

/// <summary>
/// What others announced on one link. Bounded: what a source says beyond its share is not believed, nor, when all is full, what
/// anybody says that is new. So no flood pushes out what is alive.
/// </summary>
internal sealed class RecordCache(Random random)
{
    public const int MaxRecords = 4096, MaxBytes = 1024 * 1024, MaxPerName = 1024, MaxPerSource = 256;

    private readonly Dictionary<(DomainName Name, RecordType Type), Dictionary<RecordData, CachedRecord>> _records = [];
    private readonly Dictionary<IPAddress, int> _perSource = [];

    public int Count { get; private set; }

    public int Bytes { get; private set; }

    /// <summary>When the next record expires or is to be asked for, or sooner; null when there is none.</summary>
    public TimeSpan? Due => Count == 0 ? null : _due ??= All.Min(r => r.Due);

    private TimeSpan? _due;

    private IEnumerable<CachedRecord> All => _records.Values.SelectMany(r => r.Values);

    public IReadOnlyCollection<CachedRecord> Of(DomainName name, RecordType type) =>
        _records.TryGetValue((name, type), out var records) ? records.Values : [];

    public CachedRecord? Of(DomainName name, RecordType type, RecordData data) =>
        _records.TryGetValue((name, type), out var records) ? records.GetValueOrDefault(data) : null;

    /// <summary>A record was heard.</summary>
    public void Learn(ResourceRecord record, IPAddress source, TimeSpan now)
    {
        var records = _records.GetValueOrDefault((record.Name, record.Type));
        var known = records?.GetValueOrDefault(record.Data);
        if (record.Ttl == 0)
        {
            known?.Revoke(now);
            Sooner(known);
            return;
        }

        if (known is null && !Add(record, source, now))
        {
            // Who is not believed flushes nobody.
            return;
        }

        if (record.CacheFlush && records is not null)
        {
            // Those heard within the last second belong to the same announcement, in another packet perhaps (section 10.2).
            foreach (var other in records.Values.Where(r => r != known && now - r.Heard > Timing.Grace))
            {
                other.Revoke(now);
                Sooner(other);
            }
        }

        known?.Hear(record, now, random);
        Sooner(known);
    }

    /// <summary>Whether a source has told something that is remembered.</summary>
    public bool IsKnown(IPAddress source) => _perSource.ContainsKey(source);

    /// <summary>Removes what has expired.</summary>
    public IReadOnlyList<CachedRecord> Expire(TimeSpan now)
    {
        _due = null;
        var expired = All.Where(r => r.Expires <= now).ToList();
        expired.ForEach(Remove);
        return expired;
    }

    /// <summary>
    /// What is to be asked for again; it counts as asked. With one that is due goes what will be soon: the records of a host were heard
    /// together, and one question for all costs the link less than one for each.
    /// </summary>
    public IReadOnlyList<ResourceRecord> TakeRefreshes(TimeSpan now)
    {
        if (!All.Any(r => r.Refresh <= now))
        {
            return [];
        }

        _due = null;
        var due = All.Where(r => r.Refresh <= now + Timing.RefreshTogether).ToList();
        due.ForEach(r => r.Asked(random));
        return [.. due.Select(r => r.Record)];
    }

    /// <summary>The records of a name and type did not work.</summary>
    public void Doubt(DomainName name, RecordType type, TimeSpan now)
    {
        foreach (var record in Of(name, type))
        {
            record.Doubt(now);
            Sooner(record);
        }
    }

    public void Clear()
    {
        _records.Clear();
        _perSource.Clear();
        (Count, Bytes, _due) = (0, 0, null);
    }

    private bool Add(ResourceRecord record, IPAddress source, TimeSpan now)
    {
        var added = new CachedRecord(record, source);
        added.Hear(record, now, random);
        var ofName = Of(record.Name, record.Type);
        if (_perSource.GetValueOrDefault(source) >= MaxPerSource || ofName.Count >= MaxPerName
            || Count >= MaxRecords || Bytes + added.Size > MaxBytes)
        {
            return false;
        }

        if (!_records.TryGetValue((record.Name, record.Type), out var records))
        {
            _records.Add((record.Name, record.Type), records = []);
        }

        records.Add(record.Data, added);
        _perSource[source] = _perSource.GetValueOrDefault(source) + 1;
        (Count, Bytes) = (Count + 1, Bytes + added.Size);
        Sooner(added);
        return true;
    }

    /// <summary>Moves the deadline forward, never back: to look too early costs less than to look for the right time at every record.</summary>
    private void Sooner(CachedRecord? record)
    {
        if (record is not null && _due is { } due && record.Due < due)
        {
            _due = record.Due;
        }
    }

    private void Remove(CachedRecord record)
    {
        var key = (record.Record.Name, record.Record.Type);
        var records = _records[key];
        records.Remove(record.Record.Data);
        if (records.Count == 0)
        {
            _records.Remove(key);
        }

        if (--_perSource[record.Source] == 0)
        {
            _perSource.Remove(record.Source);
        }

        (Count, Bytes) = (Count - 1, Bytes - record.Size);
    }
}
