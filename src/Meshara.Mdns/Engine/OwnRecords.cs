using System.Collections.Immutable;
using System.Net;
using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Engine;

/// <summary>
/// The records of a service on one interface: that interface's addresses and no other's, so that nobody is sent to a network that it
/// is not on.
/// </summary>
internal sealed class OwnRecords
{
    /// <summary>What asks for the types of service that there are (RFC 6763 section 9).</summary>
    public static readonly DomainName ServiceTypes = DomainName.Parse("_services._dns-sd._udp.local");

    private readonly Service _service;

    public OwnRecords(Service service, IEnumerable<IPAddress> addresses)
    {
        _service = service;
        var (name, host) = (service.Name, service.HostName);
        Addresses = [.. addresses.Distinct().Select(a => Unique(host, new AddressData(a), Timing.HostTtl))];
        Location = Unique(name, new ServiceData(0, 0, service.Port, host), Timing.HostTtl);
        Text = Unique(name, service.Text, Timing.OtherTtl);
        Pointer = new ResourceRecord(service.Type, new PointerData(name), Timing.OtherTtl, CacheFlush: false);
        TypePointer = new ResourceRecord(ServiceTypes, new PointerData(service.Type), Timing.OtherTtl, CacheFlush: false);
        UniqueRecords = [Location, Text, .. Addresses];
        All = [Pointer, TypePointer, .. UniqueRecords];
        NoOtherOfName = Unique(name, new NsecData(name, [RecordType.Txt, RecordType.Srv]), Timing.HostTtl);
        NoOtherOfHost = Unique(host, new NsecData(host, [.. Addresses.Select(a => a.Type).Distinct().Order()]), Timing.HostTtl);
    }

    /// <summary>A and AAAA.</summary>
    public ImmutableArray<ResourceRecord> Addresses { get; }

    public ResourceRecord Location { get; }

    public ResourceRecord Text { get; }

    /// <summary>Shared with every other instance of the type.</summary>
    public ResourceRecord Pointer { get; }

    public ResourceRecord TypePointer { get; }

    /// <summary>Those that no other host may have.</summary>
    public ImmutableArray<ResourceRecord> UniqueRecords { get; }

    public ImmutableArray<ResourceRecord> All { get; }

    /// <summary>Which types the names have, and so which they have not (RFC 6762 section 6.1).</summary>
    public ResourceRecord NoOtherOfName { get; }

    public ResourceRecord NoOtherOfHost { get; }

    /// <summary>Whether no other host may have records of that name.</summary>
    public bool IsUnique(DomainName name) => name.Equals(_service.Name) || name.Equals(_service.HostName);

    /// <summary>What answers a question; for a name of ours that has no such record, the record that says so.</summary>
    public IEnumerable<ResourceRecord> Answers(Question question)
    {
        var answers = All.Where(question.IsAnsweredBy).ToList();
        return answers.Count > 0 || !IsUnique(question.Name) ? answers
            : [question.Name.Equals(_service.Name) ? NoOtherOfName : NoOtherOfHost];
    }

    /// <summary>What whoever was given the answers will ask for next (RFC 6763 section 12).</summary>
    public IEnumerable<ResourceRecord> AdditionalsOf(IReadOnlyCollection<ResourceRecord> answers)
    {
        IEnumerable<ResourceRecord> more = [];
        if (answers.Contains(Pointer))
        {
            more = more.Concat([Location, Text]);
        }

        if (answers.Contains(Pointer) || answers.Contains(Location) || answers.Any(a => a.Data is AddressData))
        {
            // The other family's addresses, and that there are no more.
            more = more.Concat(Addresses).Append(NoOtherOfHost);
        }

        return more.Distinct().Except(answers);
    }

    private static ResourceRecord Unique(DomainName name, RecordData data, uint ttl) => new(name, data, ttl, CacheFlush: true);
}
