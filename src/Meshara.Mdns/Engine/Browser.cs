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
    /// <summary>Known answers in one query: some packets full. Who is not listed answers once more.</summary>
    private const int MaxKnown = 256;

    private readonly RecordCache _cache = new(random);

    /// <summary>Which instances say that they are at a host. Only the addresses of such hosts are remembered.</summary>
    private readonly Dictionary<DomainName, HashSet<DomainName>> _instancesAt = [];

    private readonly HashSet<DomainName> _changed = [];
    private TimeSpan _scannedAt = TimeSpan.MinValue;
    private bool _askedBefore;

    /// <summary>The instances that are complete: where, at which port, with what to say.</summary>
    public ImmutableDictionary<DomainName, Sighting> Sightings { get; private set; } = ImmutableDictionary<DomainName, Sighting>.Empty;

    /// <summary>Why those went that are no longer among <see cref="Sightings"/>.</summary>
    public LostBy WhyLost { get; private set; }

    public TimeSpan? Due
    {
        get
        {
            var scan = _cache.Due is { } due ? (due > _scannedAt + Timing.Gathering ? due : _scannedAt + Timing.Gathering) : questions.Due;
            return scan < questions.Due ? scan : questions.Due;
        }
    }

    /// <summary>How much is remembered.</summary>
    public (int Records, int Bytes) Load => (_cache.Count, _cache.Bytes);

    /// <summary>Whether a source has told something that is remembered.</summary>
    public bool IsKnown(IPAddress source) => _cache.IsKnown(source);

    /// <summary>The instances of which something was heard or forgotten since this was last asked.</summary>
    public IReadOnlyCollection<DomainName> TakeChanged()
    {
        DomainName[] changed = [.. _changed];
        _changed.Clear();
        return changed;
    }

    /// <summary>The interface is in another network now: what was heard in the former one means nothing.</summary>
    public void Restart(TimeSpan now)
    {
        _cache.Clear();
        _instancesAt.Clear();
        questions.Restart(now);
        _changed.UnionWith(Sightings.Keys);
        Sightings = Sightings.Clear();
        WhyLost = LostBy.Interface;
    }

    /// <summary>From now on no longer than that lies between two questions for instances.</summary>
    public void Pace(TimeSpan longestInterval, TimeSpan now) => questions.Pace(longestInterval, now);

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
        var touched = new HashSet<DomainName>();

        // By type: an instance is known before its place, and its place before the addresses there.
        foreach (var record in records.OrderBy(Order))
        {
            var of = InstancesOf(record);
            if (of.Count > 0)
            {
                _cache.Learn(record, source, now);
                touched.UnionWith(of);
                if (record.Data is ServiceData place && _cache.Of(record.Name, RecordType.Srv).Any(r => r.Record.SameAs(record)))
                {
                    _instancesAt.TryAdd(place.Target, []);
                    _instancesAt[place.Target].Add(record.Name);
                }
            }
        }

        Resolve(touched, now, LostBy.Goodbye);
    }

    /// <summary>Asks what is to be asked, and forgets what has expired; true when it asked for unicast answers.</summary>
    public bool OnDue(TimeSpan now)
    {
        if (Due > now)
        {
            return false;
        }

        var wantsUnicast = AskWhatIsDue(now);
        if (_cache.Due <= now)
        {
            _scannedAt = now;
            var expired = _cache.Expire(now);
            var touched = expired.SelectMany(r => InstancesOf(r.Record)).ToHashSet();
            foreach (var place in expired.Where(r => r.Record.Data is ServiceData).Select(r => r.Record))
            {
                Leave(((ServiceData)place.Data).Target, place.Name);
            }

            Resolve(touched, now, expired.Any(r => !r.IsRevoked) ? LostBy.Expiry : LostBy.Goodbye);
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

    /// <summary>The instances of the type that a record tells something of; none for what is of no interest.</summary>
    private HashSet<DomainName> InstancesOf(ResourceRecord record) => record.Data switch
    {
        PointerData pointer when record.Name.Equals(questions.Type) && pointer.Target.IsUnder(questions.Type) => [pointer.Target],
        ServiceData or TextData when record.Name.IsUnder(questions.Type) => [record.Name],
        AddressData when _instancesAt.TryGetValue(record.Name, out var instances) => instances,
        _ => [],
    };

    private void Leave(DomainName host, DomainName instance)
    {
        if (_instancesAt.TryGetValue(host, out var instances) && instances.Remove(instance) && instances.Count == 0)
        {
            _instancesAt.Remove(host);
        }
    }

    private CachedRecord? Newest(DomainName name, RecordType type) =>
        _cache.Of(name, type).Where(r => !r.IsRevoked).MaxBy(r => r.Heard);

    private bool AskWhatIsDue(TimeSpan now)
    {
        var asked = questions.TakeMissing(now)
            .Concat(_cache.TakeRefreshes(now).Select(r => new Question(r.Name, r.Type)))
            .ToHashSet();
        var browse = new Question(questions.Type, RecordType.Ptr);
        if (asked.Remove(browse))
        {
            questions.BrowseSoon(now);
        }

        if (questions.TakeBrowse(now))
        {
            var known = _cache.Of(questions.Type, RecordType.Ptr).Where(r => r.IsFresh(now)).Take(MaxKnown)
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

    /// <summary>Puts together what is known of these instances, and has asked for what is missing.</summary>
    private void Resolve(IReadOnlyCollection<DomainName> instances, TimeSpan now, LostBy why)
    {
        WhyLost = why;
        _changed.UnionWith(instances);
        foreach (var name in instances)
        {
            var missing = new HashSet<Question>();
            var pointer = _cache.Of(questions.Type, RecordType.Ptr, new PointerData(name));
            var sighting = pointer is { IsRevoked: false } ? Complete(name, pointer, missing, now) : null;
            Sightings = sighting is null ? Sightings.Remove(name) : Sightings.SetItem(name, sighting);
            questions.Miss(name, missing, now);
        }
    }

    private Sighting? Complete(DomainName name, CachedRecord pointer, HashSet<Question> missing, TimeSpan now)
    {
        var (place, text) = (Newest(name, RecordType.Srv), Newest(name, RecordType.Txt));
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
