using System.Net;
using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>What hosts say that have no engine of ours.</summary>
internal static class Stranger
{
    public static IPEndPoint At(int number, int port = 5353) =>
        new(new IPAddress([10, 0, (byte)(number >> 8), (byte)number]), port);

    public static DomainName Instance(string name) => FakeLan.Type.Child(name);

    public static DomainName HostOf(string name) => DomainName.Of($"host-{name}", "local");

    public static Question Browse(bool unicast = false) => new(FakeLan.Type, RecordType.Ptr, unicast);

    public static ResourceRecord Ptr(string name, uint ttl = 4500) =>
        new(FakeLan.Type, new PointerData(Instance(name)), ttl, CacheFlush: false);

    public static ResourceRecord Srv(string name, uint ttl = 120, ushort port = 7373) =>
        new(Instance(name), new ServiceData(0, 0, port, HostOf(name)), ttl, CacheFlush: true);

    public static ResourceRecord Txt(string name, uint ttl = 4500, string value = "1") =>
        new(Instance(name), TextData.Of([new("version", value)]), ttl, CacheFlush: true);

    public static ResourceRecord A(string name, string address = "10.0.0.2", uint ttl = 120) =>
        new(HostOf(name), new AddressData(IPAddress.Parse(address)), ttl, CacheFlush: true);

    /// <summary>All that an instance has.</summary>
    public static ResourceRecord[] All(string name, string address = "10.0.0.2", uint ttl = 120) =>
        [Ptr(name), Srv(name, ttl), Txt(name), A(name, address, ttl)];

    public static byte[] Query(params Question[] questions) => Query(questions, []);

    /// <param name="id">Of a legacy query.</param>
    public static byte[] Query(
        IEnumerable<Question> questions,
        IEnumerable<ResourceRecord> known,
        IEnumerable<ResourceRecord>? authorities = null,
        bool truncated = false,
        ushort id = 0)
    {
        var writer = new MessageWriter(MessageReader.MaxSize, id) { IsTruncated = truncated };
        questions.ToList().ForEach(q => Must(writer.TryAdd(q)));
        known.ToList().ForEach(r => Must(writer.TryAdd(Section.Answer, r)));
        authorities?.ToList().ForEach(r => Must(writer.TryAdd(Section.Authority, r)));
        return writer.ToArray();
    }

    /// <summary>A probe for all names of some records.</summary>
    public static byte[] Probe(params ResourceRecord[] records) => Query(
        records.Select(r => r.Name).Distinct().Select(n => new Question(n, RecordType.Any)), [],
        records.Select(r => r with { CacheFlush = false }));

    public static byte[] Response(params IEnumerable<ResourceRecord> records)
    {
        var writer = new MessageWriter(MessageReader.MaxSize, isResponse: true);
        records.ToList().ForEach(r => Must(writer.TryAdd(Section.Answer, r)));
        return writer.ToArray();
    }

    private static void Must(bool fits)
    {
        if (!fits)
        {
            throw new InvalidOperationException("The packet is too large for a test.");
        }
    }
}

/// <summary>Records of the engine's own names.</summary>
internal static class OfService
{
    public static ResourceRecord Srv(this Meshara.Mdns.Engine.Service service, ushort port) =>
        new(service.Name, new ServiceData(0, 0, port, service.HostName), 120, CacheFlush: true);

    public static ResourceRecord Txt(this Meshara.Mdns.Engine.Service service, string version) =>
        new(service.Name, TextData.Of([new("version", version)]), 4500, CacheFlush: true);

    public static ResourceRecord A(this Meshara.Mdns.Engine.Service service, string address) =>
        new(service.HostName, new AddressData(IPAddress.Parse(address)), 120, CacheFlush: true);
}
