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
    private Publication? _publication;
    private Browser? _browser;

    public MdnsInterface Interface { get; private set; } = at;

    public ImmutableDictionary<DomainName, Sighting> Sightings => _browser?.Sightings ?? ImmutableDictionary<DomainName, Sighting>.Empty;

    public LostBy WhyLost => _browser?.WhyLost ?? LostBy.Interface;

    /// <summary>The instances of which something was heard or forgotten since this was last asked.</summary>
    public IReadOnlyCollection<DomainName> TakeChanged() => _browser?.TakeChanged() ?? [];

    public TimeSpan? Due => new[] { _publication?.Due, _publication?.IsOurs == true ? _responder.Due : null, _browser?.Due }.Min();

    /// <param name="pause">Before the first probe, when there were many conflicts lately.</param>
    public void Publish(Service service, TimeSpan now, TimeSpan pause)
    {
        _responder.Forget();

        // Without an address here there is nothing that anybody could reach.
        _publication = Interface.Addresses.IsEmpty ? null : new Publication(new OwnRecords(service, Interface.Addresses), now, pause, random);
    }

    public void Browse(DomainName type, TimeSpan now) => _browser = new Browser(
        new Questions(type, longestInterval, now, random), Interface.Index, askForUnicast, random, packet => send(packet, null));

    /// <summary>Whether a record is one that this host publishes on this link.</summary>
    public bool Publishes(ResourceRecord record) => _publication?.Records.All.Any(r => r.SameAs(record)) == true;

    /// <summary>The interface has other addresses now.</summary>
    public void Change(MdnsInterface changed, Service? service, TimeSpan now)
    {
        var moved = IsElsewhere(changed, Interface);
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
    public bool Hear(DnsMessage message, IPEndPoint source, Func<ResourceRecord, bool> isOurs, TimeSpan now)
    {
        if (!message.IsResponse)
        {
            HearQuery(message, source, now);
            return false;
        }

        // An answer from another port is no mDNS answer (RFC 6762 section 6).
        return source.Port == Responder.Port && HearResponse(message, source, isOurs, now);
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

        _browser?.OnDue(now);
    }

    /// <summary>Whether no address of now is in a subnet of before. A link-local one says nothing: it is the same everywhere.</summary>
    private static bool IsElsewhere(MdnsInterface now, MdnsInterface before) =>
        before.Subnets.Any(s => !s.Address.IsIPv6LinkLocal)
        && !now.Subnets.Any(s => !s.Address.IsIPv6LinkLocal && OnLink.IsOnLink(before, s.Address));

    private void ChangeAddresses(Service service, TimeSpan now)
    {
        if (_publication is not { } publication || Interface.Addresses.IsEmpty)
        {
            SayGoodbye();
            Publish(service, now, TimeSpan.Zero);
            return;
        }

        var records = new OwnRecords(service, Interface.Addresses);
        if (publication.IsOurs)
        {
            Say(publication.Records.Addresses.Except(records.Addresses).Select(Goodbye));
        }

        _responder.Forget();
        publication.Change(records, now);
    }

    private static bool IsSame(IPAddress one, IPAddress other) => one.GetAddressBytes().AsSpan().SequenceEqual(other.GetAddressBytes());

    private static ResourceRecord Goodbye(ResourceRecord record) => record with { Ttl = 0 };

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

    private void HearQuery(DnsMessage query, IPEndPoint source, TimeSpan now)
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

        // What this host asks comes back to it, and must not count as asked by somebody else.
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
        if (_publication is not { } publication || !records[false].Any(r => Contradicts(r, publication.Records)))
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

    /// <summary>Our own record, from ourselves by the loopback of multicast, or from another host that has the same.</summary>
    private void HearOwn(ResourceRecord record, TimeSpan now)
    {
        _responder.OnOthersAnswer(record);
        if (record.Ttl > 0 && _publication is { IsOurs: true } publication
            && publication.Records.UniqueRecords.FirstOrDefault(r => r.SameAs(record)) is { } ours && record.Ttl < ours.Ttl / 2)
        {
            // Somebody tells our record with a shorter life than it has: put right (RFC 6762 section 6.6).
            publication.AnnounceAgain(now);
        }
    }

    /// <summary>Whether a record of somebody else has a name of ours with other data (RFC 6762 section 9).</summary>
    private static bool Contradicts(ResourceRecord record, OwnRecords ours) =>
        record.Ttl > 0 && ours.UniqueRecords.Any(r => r.Type == record.Type && r.Name.Equals(record.Name));

    private void Say(IEnumerable<ResourceRecord> records)
    {
        foreach (var packet in Packets.Response(records, []))
        {
            send(packet, null);
        }
    }
}
