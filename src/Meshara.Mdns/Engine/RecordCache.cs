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

    /// <summary>When it expires or is to be asked for.</summary>
    public TimeSpan Due => Refresh is { } refresh && refresh < Expires ? refresh : Expires;

    /// <summary>It ends because somebody said so, not because nobody did.</summary>
    public bool IsRevoked { get; private set; }

    private TimeSpan Ttl => TimeSpan.FromSeconds(Math.Min(Record.Ttl, LongestTtl));

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

    /// <summary>
    /// When the next record expires or is to be asked for, or earlier: what lives longer now is noticed only after the former time. To look
    /// at all records for each that is heard would cost a flood's receiver dearly.
    /// </summary>
    public TimeSpan? Due => _due ??= All.Select(r => (TimeSpan?)r.Due).DefaultIfEmpty(null).Min();

    private TimeSpan? _due;

    private IEnumerable<CachedRecord> All => _records.Values.SelectMany(r => r.Values);

    public IReadOnlyCollection<CachedRecord> Of(DomainName name, RecordType type) =>
        _records.TryGetValue((name, type), out var records) ? records.Values : [];

    /// <summary>A record was heard; true if that is news.</summary>
    public bool Learn(ResourceRecord record, IPAddress source, TimeSpan now)
    {
        var records = _records.GetValueOrDefault((record.Name, record.Type));
        var known = records?.GetValueOrDefault(record.Data);
        if (record.Ttl == 0)
        {
            known?.Revoke(now);
            Note(known);
            return false;
        }

        if (known is null && !Add(record, source, now))
        {
            return false;
        }

        if (record.CacheFlush && records is not null)
        {
            // Those heard within the last second belong to the same announcement, in another packet perhaps (section 10.2).
            foreach (var other in records.Values.Where(r => r != known && now - r.Heard > Timing.Grace))
            {
                other.Revoke(now);
                Note(other);
            }
        }

        known?.Hear(record, now, random);
        Note(known);
        return known is null;
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

    /// <summary>What is to be asked for again; it counts as asked.</summary>
    public IReadOnlyList<ResourceRecord> TakeRefreshes(TimeSpan now)
    {
        var due = All.Where(r => r.Refresh <= now).ToList();
        _due = null;
        due.ForEach(r => r.Asked(random));
        return [.. due.Select(r => r.Record)];
    }

    /// <summary>The records of a name and type did not work.</summary>
    public void Doubt(DomainName name, RecordType type, TimeSpan now)
    {
        _due = null;
        foreach (var record in Of(name, type))
        {
            record.Doubt(now);
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
        Note(added);
        return true;
    }

    private void Note(CachedRecord? changed) => _due = changed?.Due < _due ? changed.Due : _due;

    private void Remove(CachedRecord record)
    {
        _due = null;
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
