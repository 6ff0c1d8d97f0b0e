using System.Collections.Immutable;
using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Sockets;

namespace Meshara.Mdns.Engine;

/// <summary>One interface: what is published there, and what is found there. Nothing of one link is told on another.</summary>
/// <param name="longestInterval">Between two questions for instances.</param>
/// <param name="askForUnicast">Whether first questions and probes ask for unicast answers.</param>
/// <param name="send">Sends to the group, or to one host.</param>
internal sealed class Link(
    MdnsInterface at, TimeSpan longestInterval, bool askForUnicast, Random random, Action<byte[], IPEndPoint?> send)
{
    private readonly Responder _responder = new(random, packet => send(packet, null), (packet, to) => send(packet, to));
    private TimeSpan _longestInterval = longestInterval;
    private Publication? _publication;
    private Browser? _browser;
    private TimeSpan? _askedForUnicast;

    public MdnsInterface Interface { get; private set; } = at;

    public ImmutableDictionary<DomainName, Sighting> Sightings => _browser?.Sightings ?? ImmutableDictionary<DomainName, Sighting>.Empty;

    public LostBy WhyLost => _browser?.WhyLost ?? LostBy.Interface;

    public TimeSpan? Due => new[] { _publication?.Due, _publication?.IsOurs == true ? _responder.Due : null, _browser?.Due }.Min();

    /// <summary>The instances of which something was heard or forgotten since this was last asked.</summary>
    public IReadOnlyCollection<DomainName> TakeChanged() => _browser?.TakeChanged() ?? [];

    /// <summary>How much is remembered of others.</summary>
    public (int Records, int Bytes) Load => _browser?.Load ?? default;

    /// <summary>Whether a source has told something here that is remembered.</summary>
    public bool IsKnown(IPAddress source) => _browser?.IsKnown(source) == true;

    /// <param name="pause">Before the first probe, when there were many conflicts lately.</param>
    public void Publish(Service service, TimeSpan now, TimeSpan pause)
    {
        _responder.Forget();

        // Without an address here there is nothing that anybody could reach.
        _publication = Interface.Addresses.IsEmpty ? null : new Publication(new OwnRecords(service, Interface.Addresses), now, pause, random);
    }

    public void Browse(DomainName type, TimeSpan now) => _browser = new Browser(
        new Questions(type, _longestInterval, now, random), Interface.Index, askForUnicast, random, packet => send(packet, null));

    /// <summary>From now on no longer than that lies between two questions for instances.</summary>
    public void Pace(TimeSpan interval, TimeSpan now)
    {
        _longestInterval = interval;
        _browser?.Pace(interval, now);
    }

    /// <summary>Whether a record is one that this host publishes on this link.</summary>
    public bool Publishes(ResourceRecord record) => _publication?.Records.All.Any(r => r.SameAs(record)) == true;

    /// <summary>The interface has other addresses now.</summary>
    public void Change(MdnsInterface changed, Service? service, TimeSpan now)
    {
        // Link-local addresses say nothing: they are of the same network everywhere.
        var (before, after) = (Networks(Interface), Networks(changed));
        var moved = before.Count > 0 && !before.Overlaps(after);
        Interface = changed;
        if (service is not null)
        {
            ChangeAddresses(service, now);
        }

        if (moved)
        {
            _browser?.Restart(now);
        }
    }

    /// <summary>Says goodbye (RFC 6762 section 10.1).</summary>
    public void SayGoodbye()
    {
        if (_publication is { IsOurs: true } publication)
        {
            // That there is such a type at all, others may still say.
            Say(publication.Records.All.Where(r => r != publication.Records.TypePointer).Select(Goodbye));
        }

        _publication = null;
        _responder.Forget();
    }

    public void Verify(DomainName name, TimeSpan now) => _browser?.Verify(name, now);

    /// <summary>True when another host turns out to have the name that this one is about to take.</summary>
    /// <param name="isOurs">Whether this host publishes a record, on whichever link: its own packets come back, and cross from link to link.</param>
    public bool Hear(DnsMessage message, IPEndPoint source, bool toMulticast, Func<ResourceRecord, bool> isOurs, TimeSpan now)
    {
        if (!message.IsResponse)
        {
            HearQuery(message, source, isOurs, now);
            return false;
        }

        // An answer from another port is no mDNS answer, and one to this host alone has to have been asked for (RFC 6762 section 6).
        return source.Port == Responder.Port && (toMulticast || now - _askedForUnicast <= Timing.UnicastAnswer) && HearResponse(message, source, isOurs, now);
    }

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

        if (_browser?.OnDue(now) == true)
        {
            _askedForUnicast = now;
        }
    }

    private static HashSet<IPNetwork> Networks(MdnsInterface at) => [.. at.Subnets
        .Where(s => !s.Address.IsIPv6LinkLocal && s.PrefixLength <= 8 * s.Address.GetAddressBytes().Length)
        .Select(s => Network(s.Address.GetAddressBytes(), s.PrefixLength))];

    /// <summary>The network that an address is in: its first bits, and zeros.</summary>
    private static IPNetwork Network(byte[] address, int prefixLength)
    {
        for (var bit = prefixLength; bit < 8 * address.Length; bit++)
        {
            address[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(address), prefixLength);
    }

    private void ChangeAddresses(Service service, TimeSpan now)
    {
        if (_publication is not { } publication || Interface.Addresses.IsEmpty)
        {
            SayGoodbye();
            Publish(service, now, TimeSpan.Zero);
            return;
        }

        var records = new OwnRecords(service, Interface.Addresses);
        _responder.Forget();
        if (publication.IsOurs)
        {
            // In one packet, or others would find no address of ours in between.
            Say(records.All.Concat(publication.Records.Addresses.Except(records.Addresses).Select(Goodbye)));
            _responder.Said(records.All, now);
        }

        publication.Change(records, now);
    }

    private static bool IsSame(IPAddress one, IPAddress other) => one.GetAddressBytes().AsSpan().SequenceEqual(other.GetAddressBytes());

    private static ResourceRecord Goodbye(ResourceRecord record) => record with { Ttl = 0 };

    private void Carry(PublicationStep step, OwnRecords records, TimeSpan now)
    {
        switch (step)
        {
            case PublicationStep.Probe:
                _askedForUnicast = askForUnicast ? now : _askedForUnicast;
                send(Packets.Probe(records, askForUnicast), null);
                break;
            case PublicationStep.Announce:
                _responder.Said(records.All, now);
                Say(records.All);
                break;
        }
    }

    private void HearQuery(DnsMessage query, IPEndPoint source, Func<ResourceRecord, bool> isOurs, TimeSpan now)
    {
        if (_publication is { } publication)
        {
            var rival = query.Authorities.Where(r => publication.Records.IsUnique(r.Name)).ToList();
            if (!rival.All(isOurs))
            {
                publication.OnRivalProbe(rival, now);
            }

            if (publication.IsOurs)
            {
                _responder.OnQuery(query, source, publication.Records, now);
            }
        }

        // Our own questions come back by the loopback of multicast, and must not count twice.
        if (source.Port == Responder.Port && !Interface.Subnets.Any(s => IsSame(s.Address, source.Address)))
        {
            _browser?.OnQuery(query, now);
        }
    }

    private bool HearResponse(DnsMessage response, IPEndPoint source, Func<ResourceRecord, bool> isOurs, TimeSpan now)
    {
        var records = response.Answers.Concat(response.Additionals).ToLookup(isOurs);
        foreach (var own in records[true])
        {
            HearOwn(own, now);
        }

        _browser?.OnResponse(records[false], source.Address, now);
        if (_publication is not { } publication || !records[false].Any(r => Contradicts(r, publication)))
        {
            return false;
        }

        if (publication.IsOurs)
        {
            publication.Doubt(now);
            return false;
        }

        return publication.IsAtStake;
    }

    /// <summary>Our own record, from ourselves by the loopback of multicast, or from another host that has the same.</summary>
    private void HearOwn(ResourceRecord record, TimeSpan now)
    {
        _responder.OnOthersAnswer(record);
        if (_publication is { IsOurs: true } publication
            && publication.Records.All.FirstOrDefault(r => r.SameAs(record)) is { } ours
            && ours != publication.Records.TypePointer && record.Ttl < ours.Ttl / 2)
        {
            // Somebody tells our record with a shorter life than it has, or that it ends: put right (RFC 6762 section 6.6).
            publication.AnnounceAgain(now);
        }
    }

    /// <summary>Whether a record of somebody else has a name of ours with other data (RFC 6762 section 9).</summary>
    private static bool Contradicts(ResourceRecord record, Publication ours) => record.Ttl > 0 && (ours.IsOurs
        ? ours.Records.UniqueRecords.Any(r => r.Type == record.Type && r.Name.Equals(record.Name))

        // A probe asks for all types, to have the name alone (section 8.1).
        : record.Type != RecordType.Nsec && ours.Records.IsUnique(record.Name));

    private void Say(IEnumerable<ResourceRecord> records)
    {
        foreach (var packet in Packets.Response(records, []))
        {
            send(packet, null);
        }
    }
}
