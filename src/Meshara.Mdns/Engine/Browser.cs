using System.Collections.Immutable;
using System.Net;
using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Engine;

/// <summary>
/// Finds the instances of a type on one link: asks, remembers what is announced, and puts it together. Only what belongs to the type
/// is remembered.
/// </summary>
/// <param name="interfaceIndex">The scope of link-local addresses.</param>
/// <param name="askForUnicast">Whether the first question asks for unicast answers.</param>
/// <param name="send">Sends to the link.</param>
internal sealed class Browser(Questions questions, int interfaceIndex, bool askForUnicast, Random random, Action<byte[]> send)
{
    private readonly RecordCache _cache = new(random);

    /// <summary>Putting together costs as much as is known: at once for a packet now and then, once for many that come together.</summary>
    private readonly RateLimit _resolutions = new(perSecond: 1 / Timing.Gathering.TotalSeconds, burst: 50);
    private readonly HashSet<DomainName> _hosts = [];
    private (TimeSpan Due, LostBy Why)? _unresolved;
    private TimeSpan _nextSweep;
    private bool _askedBefore;

    /// <summary>The instances that are complete: where, at which port, with what to say.</summary>
    public ImmutableDictionary<DomainName, Sighting> Sightings { get; private set; } = ImmutableDictionary<DomainName, Sighting>.Empty;

    /// <summary>Why those went that are no longer among <see cref="Sightings"/>.</summary>
    public LostBy WhyLost { get; private set; }

    /// <summary>How much is remembered.</summary>
    public (int Records, int Bytes) Load => (_cache.Count, _cache.Bytes);

    public TimeSpan Due => Earlier(questions.Due, Earlier(SweepDue, _unresolved?.Due ?? TimeSpan.MaxValue));

    private TimeSpan SweepDue => _cache.Due is not { } due ? TimeSpan.MaxValue : due > _nextSweep ? due : _nextSweep;

    /// <summary>The interface is in another network now: what was heard in the former one means nothing.</summary>
    public void Restart(TimeSpan now)
    {
        _cache.Clear();
        questions.Restart(now);
        Resolve(now, LostBy.Interface);
    }

    /// <summary>An instance could not be reached where it was said to be: what was said is asked for again (RFC 6762 section 10.4).</summary>
    public void Verify(DomainName name, TimeSpan now)
    {
        if (Sightings.TryGetValue(name, out var sighting))
        {
            Question[] all = [new(name, RecordType.Srv), new(sighting.Host, RecordType.A), new(sighting.Host, RecordType.Aaaa)];
            foreach (var question in all)
            {
                _cache.Doubt(question.Name, question.Type, now);
            }

            Ask(all, []);
        }
    }

    /// <summary>Whether a source has told something that is remembered.</summary>
    public bool IsKnown(IPAddress source) => _cache.IsKnown(source);

    /// <summary>Somebody else's question.</summary>
    public void OnQuery(DnsMessage query, TimeSpan now)
    {
        // The same as ours, from one who knows nothing that we don't: the answers will come to us too (RFC 6762 section 7.3).
        if (!query.IsTruncated && query.Questions.Any(q => !q.UnicastResponse && q.Type == RecordType.Ptr && q.Name.Equals(questions.Type))
            && query.Answers.All(known => _cache.Of(known.Name, known.Type).Any(r => r.Record.SameAs(known))))
        {
            questions.OnSameQuestion(now);
        }
    }

    /// <summary>Somebody else's records.</summary>
    public void OnResponse(IEnumerable<ResourceRecord> records, IPAddress source, TimeSpan now)
    {
        var isHeard = false;

        // By type: an instance is known before its place, and its place before the addresses there.
        foreach (var record in records.OrderBy(Order))
        {
            if (IsOfInterest(record))
            {
                _cache.Learn(record, source, now);
                isHeard = true;
                if (record.Data is ServiceData place)
                {
                    _hosts.Add(place.Target);
                }
            }
        }

        if (isHeard && _resolutions.TryTake(now))
        {
            Resolve(now, LostBy.Goodbye);
        }
        else if (isHeard)
        {
            _unresolved ??= (now + Timing.Gathering, LostBy.Goodbye);
        }
    }

    /// <summary>Asks what is to be asked, and forgets what has expired; true when it asked for unicast answers.</summary>
    public bool OnDue(TimeSpan now)
    {
        if (Due > now)
        {
            return false;
        }

        IReadOnlyList<CachedRecord> expired = [];
        IReadOnlyList<ResourceRecord> refreshes = [];
        if (SweepDue <= now)
        {
            (refreshes, expired) = (_cache.TakeRefreshes(now), _cache.Expire(now));
            _nextSweep = now + Timing.Gathering;
        }

        var wantsUnicast = AskWhatIsDue(refreshes, now);
        if (expired.Count > 0 || _unresolved?.Due <= now)
        {
            Resolve(now, expired.Any(r => !r.IsRevoked) ? LostBy.Expiry : LostBy.Goodbye);
        }

        return wantsUnicast;
    }

    private static int Order(ResourceRecord record) => record.Type switch
    {
        RecordType.Ptr => 0,
        RecordType.Srv => 1,
        RecordType.Txt => 2,
        _ => 3,
    };

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private bool IsOfInterest(ResourceRecord record) => record.Data switch
    {
        PointerData pointer => record.Name.Equals(questions.Type) && pointer.Target.IsUnder(questions.Type),
        ServiceData or TextData => record.Name.IsUnder(questions.Type),
        AddressData => _hosts.Contains(record.Name),
        _ => false,
    };

    private CachedRecord? Newest(DomainName name, RecordType type) =>
        _cache.Of(name, type).Where(r => !r.IsRevoked).MaxBy(r => r.Heard);

    private bool AskWhatIsDue(IReadOnlyList<ResourceRecord> refreshes, TimeSpan now)
    {
        var asked = questions.TakeMissing(now)
            .Concat(refreshes.Select(r => new Question(r.Name, r.Type)))
            .ToHashSet();
        var browse = new Question(questions.Type, RecordType.Ptr);
        if (questions.TakeBrowse(now) || asked.Contains(browse))
        {
            asked.Remove(browse);
            var known = _cache.Of(questions.Type, RecordType.Ptr).Where(r => r.IsFresh(now))
                .Select(r => r.Record with { Ttl = (uint)(r.Expires - now).TotalSeconds });
            var unicast = askForUnicast && !_askedBefore;
            Ask([browse with { UnicastResponse = unicast }, .. asked], known);
            _askedBefore = true;
            return unicast;
        }
        else if (asked.Count > 0)
        {
            Ask(asked, []);
        }

        return false;
    }

    private void Ask(IEnumerable<Question> asked, IEnumerable<ResourceRecord> known)
    {
        foreach (var packet in Packets.Query(asked, known))
        {
            send(packet);
        }
    }

    /// <summary>Puts together what is known of each instance, and has asked for what is missing.</summary>
    private void Resolve(TimeSpan now, LostBy why)
    {
        (WhyLost, _unresolved) = (why, null);
        _hosts.Clear();
        var complete = ImmutableDictionary.CreateBuilder<DomainName, Sighting>();
        var missing = new HashSet<Question>();
        foreach (var pointer in _cache.Of(questions.Type, RecordType.Ptr).Where(p => !p.IsRevoked))
        {
            var name = ((PointerData)pointer.Record.Data).Target;
            if (Complete(name, pointer, missing, now) is { } sighting)
            {
                complete[name] = sighting;
            }
        }

        Sightings = complete.ToImmutable();
        questions.Miss(missing, now);
    }

    private Sighting? Complete(DomainName name, CachedRecord pointer, HashSet<Question> missing, TimeSpan now)
    {
        var (place, text) = (Newest(name, RecordType.Srv), Newest(name, RecordType.Txt));
        if (place?.Record.Data is ServiceData { Target: var host })
        {
            _hosts.Add(host);
        }

        if (place is null || text is null)
        {
            missing.UnionWith(new[] { (place, RecordType.Srv), (text, RecordType.Txt) }
                .Where(p => p.Item1 is null).Select(p => new Question(name, p.Item2)));
            return null;
        }

        var service = (ServiceData)place.Record.Data;
        var addresses = _cache.Of(service.Target, RecordType.A).Concat(_cache.Of(service.Target, RecordType.Aaaa)).Where(r => !r.IsRevoked).ToList();
        if (addresses.Count == 0)
        {
            missing.UnionWith([new Question(service.Target, RecordType.A), new Question(service.Target, RecordType.Aaaa)]);
            return null;
        }

        return new Sighting(
            name,
            service.Target,
            service.Port,
            (TextData)text.Record.Data,
            [.. addresses.Select(a => Scoped(((AddressData)a.Record.Data).Address)).Order(AddressOrder.Instance)],
            Sightings.TryGetValue(name, out var before) ? before.FirstSeen : now,
            addresses.Append(place).Append(text).Append(pointer).Min(r => r.Expires));
    }

    /// <summary>A link-local address means nothing without its link (RFC 4007).</summary>
    private IPAddress Scoped(IPAddress address) =>
        address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes(), interfaceIndex) : address;
}
