using System.Collections.Immutable;
using System.Net;
using CsCheck;
using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Tests.Dns;

/// <summary>Well-formed names, records and messages, drawn at random.</summary>
internal static class Generated
{
    private static readonly string[] Usual = ["local", "_tcp", "_meshara", "host", "a", "é", "x.y", new string('l', 63)];

    private static readonly Gen<string> Label = Gen.OneOf(
        Gen.Int[0, Usual.Length - 1].Select(i => Usual[i]),
        Gen.String[Gen.Char['a', 'z'], 1, 20]);

    /// <summary>At most four labels, so that no name is too long.</summary>
    public static readonly Gen<DomainName> Name = Label.Array[0, 3].Select(labels => DomainName.Of([.. labels]));

    private static readonly Gen<RecordData> Data = Gen.OneOf<RecordData>(
        Gen.Byte.Array[4].Select(b => (RecordData)new AddressData(new IPAddress(b))),
        Gen.Byte.Array[16].Select(b => (RecordData)new AddressData(new IPAddress(b))),
        Name.Select(n => (RecordData)new PointerData(n)),
        Gen.Select(Gen.UShort, Gen.UShort, Gen.UShort, Name).Select(t => (RecordData)new ServiceData(t.Item1, t.Item2, t.Item3, t.Item4)),
        Gen.Byte.Array[0, 60].Array[1, 4].Select(s => (RecordData)new TextData([.. s.Select(b => (ReadOnlyMemory<byte>)b)])),
        Gen.Select(Name, Gen.Int[1, 255].Array[1, 5]).Select((n, t) => (RecordData)new NsecData(n, [.. t.Distinct().Order().Select(x => (RecordType)x)])),
        Gen.Byte.Array[0, 40].Select(b => (RecordData)new OpaqueData((RecordType)1234, b)));

    public static readonly Gen<ResourceRecord> Record =
        Gen.Select(Name, Data, Gen.UInt, Gen.Bool).Select((n, d, ttl, flush) => new ResourceRecord(n, d, ttl, flush));

    public static readonly Gen<Question> Question =
        Gen.Select(Name, Gen.UShort, Gen.Bool).Select((n, t, u) => new Question(n, (RecordType)t, u));

    public static readonly Gen<DnsMessage> Message = Gen.Select(
            Gen.UShort, Gen.Bool, Gen.Bool, Question.Array[0, 4], Record.Array[0, 8], Record.Array[0, 4], Record.Array[0, 4])
        .Select(t => new DnsMessage(t.Item1, t.Item2, t.Item3, [.. t.Item4], [.. t.Item5], [.. t.Item6], [.. t.Item7]));

    public static byte[] Write(DnsMessage message)
    {
        var writer = new MessageWriter(MessageReader.MaxSize, message.Id, message.IsResponse) { IsTruncated = message.IsTruncated };
        foreach (var question in message.Questions)
        {
            writer.TryAdd(question);
        }

        foreach (var (section, records) in Sections(message))
        {
            foreach (var record in records)
            {
                writer.TryAdd(section, record);
            }
        }

        return writer.ToArray();
    }

    /// <summary>As text: two messages that read alike are equal, the ids of their classes apart.</summary>
    public static string Shown(DnsMessage message) => string.Join('\n',
        [$"{message.Id} {message.IsResponse} {message.IsTruncated}", .. message.Questions.Select(q => $"? {q.Name} {q.Type} {q.UnicastResponse}"),
            .. Sections(message).SelectMany(s => s.Records.Select(r =>
                $"{s.Section} {r.Name} {r.Type} {r.Ttl} {r.CacheFlush} {Convert.ToHexString(r.Data.Canonical())}"))]);

    private static IEnumerable<(Section Section, ImmutableArray<ResourceRecord> Records)> Sections(DnsMessage message) =>
        [(Section.Answer, message.Answers), (Section.Authority, message.Authorities), (Section.Additional, message.Additionals)];
}
