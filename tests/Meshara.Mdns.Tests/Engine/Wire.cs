using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>What a test says on the wire, from a host of its own that has no engine.</summary>
internal static class Wire
{
    public static readonly IPEndPoint Stranger = new(IPAddress.Parse("10.0.0.200"), 5353);

    public static byte[] Query(IEnumerable<Question> questions, IEnumerable<ResourceRecord>? known = null, bool truncated = false,
        IEnumerable<ResourceRecord>? authorities = null, ushort id = 0)
    {
        var writer = new MessageWriter(9000, id) { IsTruncated = truncated };
        foreach (var question in questions)
        {
            writer.TryAdd(question);
        }

        foreach (var record in known ?? [])
        {
            writer.TryAdd(Section.Answer, record);
        }

        foreach (var record in authorities ?? [])
        {
            writer.TryAdd(Section.Authority, record);
        }

        return writer.ToArray();
    }

    public static byte[] Response(params IEnumerable<ResourceRecord> answers) => Packets.Response(answers, []).Single();

    /// <summary>The records of a service at an address, as a responder has them.</summary>
    public static OwnRecords RecordsOf(string instance, string host, string address, ushort port = 1) => new(
        new Service(FakeLan.Type, instance, host, port, TextData.Of([new("from", "elsewhere")])), [IPAddress.Parse(address)]);

    public static Question Browse(bool unicast = false) => new(FakeLan.Type, RecordType.Ptr, unicast);

    /// <summary>What hosts have multicast since the last time, of one kind.</summary>
    public static List<FakeLan.WirePacket> TakeResponses(this FakeLan lan) => Take(lan, m => m.IsResponse);

    public static List<FakeLan.WirePacket> TakeQueries(this FakeLan lan) => Take(lan, m => !m.IsResponse);

    public static void Say(this FakeLan lan, byte[] packet, IPEndPoint? from = null)
    {
        lan.Multicast(packet, from ?? Stranger);
        lan.Wire.RemoveAt(lan.Wire.FindLastIndex(p => p.From.Equals(from ?? Stranger)));
    }

    private static List<FakeLan.WirePacket> Take(FakeLan lan, Func<DnsMessage, bool> kind)
    {
        var taken = lan.Wire.Where(p => kind(p.Message)).ToList();
        lan.Wire.Clear();
        return taken;
    }
}
