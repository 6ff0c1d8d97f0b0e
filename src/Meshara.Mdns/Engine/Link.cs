using System.Collections.Immutable;
using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Sockets;

namespace Meshara.Mdns.Engine;

/// <summary>One interface: what is published there, what was heard there, what is asked there. Nothing of one link is told on another.</summary>
/// <param name="longestInterval">Between two questions for instances.</param>
/// <param name="askForUnicast">Whether first questions and probes ask for unicast answers, which only one program on a port hears.</param>
/// <param name="send">Sends to the group, or to one host.</param>
internal sealed class Link(
    MdnsInterface at, TimeSpan longestInterval, bool askForUnicast, Random random, Action<byte[], IPEndPoint?> send)
{
    private readonly RecordCache _cache = new(random);
    private readonly Responder _responder = new(random, packet => send(packet, null), (packet, to) => send(packet, to));
    private Publication? _publication;
    private Questions? _questions;
    private bool _askedBefore;

    public MdnsInterface Interface { get; private set; } = at;

    /// <summary>The instances that are complete: where, at which port, with what to say.</summary>
    public ImmutableDictionary<DomainName, Sighting> Sightings { get; private set; } = ImmutableDictionary<DomainName, Sighting>.Empty;

    /// <summary>Why each instance went that is no longer among <see cref="Sightings"/>.</summary>
    public LostBy WhyLost { get; private set; }

    public TimeSpan? Due => new[] { _publication?.Due, _publication?.IsOurs == true ? _responder.Due : null, _questions?.Due, _cache.Due }.Min();

    public void Publish(Service service, TimeSpan now, TimeSpan pause)
    {
        _responder.Forget();
        _publication = new Publication(new OwnRecords(service, Interface.Addresses), now, pause, random);
    }

    public void Browse(DomainName type, TimeSpan now) => _questions = new Questions(type, longestInterval, now, random);

    /// <summary>Whether a record is one that this host publishes on this link.</summary>
    public bool Publishes(ResourceRecord record) => _publication?.Records.All.Any(r => r.SameAs(record)) == true;

    /// <summary>The interface has other addresses now; in another network, what was heard in the former one means nothing.</summary>
    public void Change(MdnsInterface now, Service? service, TimeSpan time)
    {
        var moved = !now.Subnets.Any(s => Interface.Subnets.Contains(s));
        var gone = _publication is { IsOurs: true } p ? p.Records.Addresses.Where(a => !now.Addresses.Contains(((AddressData)a.Data).Address)).ToList() : [];
        Interface = now;
        if (gone.Count > 0)
        {
            Say(gone.Select(a => a with { Ttl = 0 }));
        }

        if (service is not null && _publication is { } publication)
        {
            _responder.Forget();
            publication.Change(new OwnRecords(service, now.Addresses), time);
        }

        if (moved)
        {
            _cache.Clear();
            _questions?.Restart(time);
            Resolve(time, LostBy.Interface);
        }
    }

    /// <summary>Says goodbye (RFC 6762 section 10.1).</summary>
    public void SayGoodbye()
    {
        if (_publication is { IsOurs: true } publication)
        {
            // That there is such a type others may still say.
            Say(publication.Records.All.Where(r => r != publication.Records.TypePointer).Select(r => r with { Ttl = 0 }));
        }

        _publication = null;
        _responder.Forget();
    }

    /// <summary>An instance could not be reached where it was said to be: what was said is asked for again (section 10.4).</summary>
    public void Verify(DomainName name, TimeSpan now)
    {
        if (Sightings.TryGetValue(name, out var sighting))
        {
            _cache.Doubt(name, RecordType.Srv, now);
            _cache.Doubt(sighting.Host, RecordType.A, now);
            _cache.Doubt(sighting.Host, RecordType.Aaaa, now);
            Ask([new Question(name, RecordType.Srv), new Question(sighting.Host, RecordType.A), new Question(sighting.Host, RecordType.Aaaa)], []);
        }
    }

    /// <summary>True when another host turns out to have a name that this one is about to take, or has taken.</summary>
    public bool Hear(DnsMessage message, IPEndPoint source, Func<ResourceRecord, bool> isOurs, TimeSpan now) =>
        message.IsResponse ? HearResponse(message, source, isOurs, now) : HearQuery(message, source, now);

    /// <summary>Does what is due.</summary>
    public void OnDue(TimeSpan now)
    {
        if (_publication is { } publication)
        {
            Carry(publication.OnDue(now), publication.Records, now);
            if (publication.IsOurs)
            {
                _responder.OnDue(publication.Records, now);
            }
        }

        if (_questions is { } questions && (questions.Due <= now || _cache.Due <= now))
        {
            AskWhatIsDue(questions, now);
            var expired = _cache.Expire(now);
            if (expired.Count > 0)
            {
                Resolve(now, expired.Any(r => r.IsRevoked) ? LostBy.Goodbye : LostBy.Expiry);
            }
        }
    }

    private void Carry(PublicationStep step, OwnRecords records, TimeSpan now)
    {
        switch (step)
        {
            case PublicationStep.Probe:
                send(Packets.Probe(records, askForUnicast), null);
                break;
            case PublicationStep.Announce:
                _responder.Said(records.All, now);
                Say(records.All);
                break;
        }
    }

    private bool HearQuery(DnsMessage query, IPEndPoint source, TimeSpan now)
    {
        if (_publication is { } publication)
        {
            var rival = query.Authorities.Where(r => publication.Records.IsUnique(r.Name)).ToList();
            if (rival.Count > 0)
            {
                publication.OnRivalProbe(rival, now);
            }

            if (publication.IsOurs)
            {
                _responder.OnQuery(query, source, publication.Records, now);
            }
        }

        if (_questions is { } questions && source.Port == Responder.Port && !query.IsTruncated
            && query.Questions.Any(q => !q.UnicastResponse && q.Type == RecordType.Ptr && q.Name.Equals(questions.Type))
            && query.Answers.All(known => _cache.Of(known.Name, known.Type).Any(r => r.Record.SameAs(known))))
        {
            questions.OnSameQuestion(now);
        }

        return false;
    }

    private bool HearResponse(DnsMessage response, IPEndPoint source, Func<ResourceRecord, bool> isOurs, TimeSpan now)
    {
        // An answer from another port is no mDNS answer (RFC 6762 section 6).
        if (source.Port != Responder.Port)
        {
            return false;
        }

        var isConflict = false;
        var isHeard = false;
        HashSet<DomainName>? hosts = null;

        // By type: an instance is known before its place, and its place before the addresses there.
        foreach (var record in response.Answers.Concat(response.Additionals).OrderBy(Order))
        {
            if (isOurs(record))
            {
                HearOwn(record, now);
                continue;
            }

            isConflict |= Conflicts(record);
            if (IsOfInterest(record, () => hosts ??= Hosts()))
            {
                _cache.Learn(record, source.Address, now);
                isHeard = true;
            }
        }

        if (isHeard)
        {
            Resolve(now, LostBy.Goodbye);
        }

        if (!isConflict || _publication is not { } publication)
        {
            return false;
        }

        if (publication.IsOurs)
        {
            publication.Doubt(now);
            return false;
        }

        return true;
    }

    private static int Order(ResourceRecord record) => record.Type switch
    {
        RecordType.Ptr => 0,
        RecordType.Srv => 1,
        RecordType.Txt => 2,
        _ => 3,
    };

    /// <summary>Our own record, from ourselves by the loopback of multicast, or from another host that has the same shared one.</summary>
    private void HearOwn(ResourceRecord record, TimeSpan now)
    {
        _responder.OnOthersAnswer(record);
        if (record.CacheFlush && _publication is { IsOurs: true } publication
            && publication.Records.UniqueRecords.FirstOrDefault(r => r.SameAs(record)) is { } ours && record.Ttl < ours.Ttl / 2 && record.Ttl > 0)
        {
            // Somebody tells our record with a shorter life than it has: put right (section 6.6).
            publication.AnnounceAgain(now);
        }
    }

    /// <summary>Whether it claims a name of ours with other data (RFC 6762 section 9).</summary>
    private bool Conflicts(ResourceRecord record) =>
        record.Ttl > 0 && _publication is { } publication && publication.Records.IsUnique(record.Name)
        && publication.Records.UniqueRecords.Any(r => r.Type == record.Type && r.Name.Equals(record.Name));

    /// <summary>Only what belongs to the type that is looked for is remembered.</summary>
    /// <param name="hosts">Where the instances are; asked for once a packet, when all that says so has been read.</param>
    private bool IsOfInterest(ResourceRecord record, Func<HashSet<DomainName>> hosts) => _questions is { } questions && record.Data switch
    {
        PointerData pointer => record.Name.Equals(questions.Type) && pointer.Target.IsUnder(questions.Type),
        ServiceData or TextData => record.Name.IsUnder(questions.Type),
        AddressData => hosts().Contains(record.Name),
        _ => false,
    };

    private HashSet<DomainName> Hosts() => [.. _cache.Of(_questions!.Type, RecordType.Ptr)
        .Select(p => Newest(((PointerData)p.Record.Data).Target, RecordType.Srv)).OfType<CachedRecord>()
        .Select(place => ((ServiceData)place.Record.Data).Target)];

    private CachedRecord? Newest(DomainName name, RecordType type) =>
        _cache.Of(name, type).Where(r => !r.IsRevoked).MaxBy(r => r.Heard);

    private void AskWhatIsDue(Questions questions, TimeSpan now)
    {
        var asked = questions.TakeMissing(now)
            .Concat(_cache.TakeRefreshes(now).Select(r => new Question(r.Name, r.Type)))
            .ToHashSet();
        var browse = new Question(questions.Type, RecordType.Ptr);
        var isBrowsing = questions.TakeBrowse(now);
        if (isBrowsing || asked.Contains(browse))
        {
            asked.Remove(browse);
            IEnumerable<ResourceRecord> known = _cache.Of(questions.Type, RecordType.Ptr).Where(r => r.IsFresh(now))
                .Select(r => r.Record with { Ttl = (uint)(r.Expires - now).TotalSeconds });
            Ask([browse with { UnicastResponse = askForUnicast && !_askedBefore }, .. asked], known);
            _askedBefore = true;
        }
        else if (asked.Count > 0)
        {
            Ask(asked, []);
        }
    }

    private void Ask(IEnumerable<Question> questions, IEnumerable<ResourceRecord> known)
    {
        foreach (var packet in Packets.Query(questions, known))
        {
            send(packet, null);
        }
    }

    private void Say(IEnumerable<ResourceRecord> records)
    {
        foreach (var packet in Packets.Response(records, []))
        {
            send(packet, null);
        }
    }

    /// <summary>Puts together what is known of each instance, and has asked for what is missing.</summary>
    private void Resolve(TimeSpan now, LostBy why)
    {
        WhyLost = why;
        if (_questions is not { } questions)
        {
            return;
        }

        var complete = ImmutableDictionary.CreateBuilder<DomainName, Sighting>();
        var missing = new HashSet<Question>();
        foreach (var pointer in _cache.Of(questions.Type, RecordType.Ptr))
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
        if (place is null || text is null)
        {
            foreach (var type in new[] { RecordType.Srv, RecordType.Txt }.Where(t => (t == RecordType.Srv ? place : text) is null))
            {
                missing.Add(new Question(name, type));
            }

            return null;
        }

        var service = (ServiceData)place.Record.Data;
        var addresses = _cache.Of(service.Target, RecordType.A).Concat(_cache.Of(service.Target, RecordType.Aaaa)).Where(r => !r.IsRevoked).ToList();
        if (addresses.Count == 0)
        {
            missing.Add(new Question(service.Target, RecordType.A));
            missing.Add(new Question(service.Target, RecordType.Aaaa));
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
        address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes(), Interface.Index) : address;
}
