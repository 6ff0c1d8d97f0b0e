using System.Net;
using CsCheck;
using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Tests.Dns;

/// <summary>Names, records and messages, generated.</summary>
internal static class Some
{
    private static readonly Gen<string> Word =
        Gen.OneOf("a", "b", "Host", "host", "_meshara", "_tcp", "local", "LOCAL", "é", "x.y");

    /// <summary>Of few words, so that there is much to compress.</summary>
    public static readonly Gen<DomainName> Name = Word.Array[0, 5].Select(DomainName.Of);

    /// <summary>Of any bytes.</summary>
    public static readonly Gen<DomainName> AnyName = Gen.Byte.Array[1, 40].Array[0, 6].Select(Labels);

    public static readonly Gen<RecordData> Data = Gen.OneOf<RecordData>(
        Gen.Byte.Array[4].Select(b => (RecordData)new AddressData(new IPAddress(b))),
        Gen.Byte.Array[16].Select(b => (RecordData)new AddressData(new IPAddress(b))),
        Name.Select(n => (RecordData)new PointerData(n)),
        Gen.Select(Gen.UShort, Gen.UShort, Gen.UShort, Name, (p, w, port, n) => (RecordData)new ServiceData(p, w, port, n)),
        Gen.Byte.Array[0, 60].Array[0, 6].Select(s => (RecordData)new TextData([.. s.Select(b => (ReadOnlyMemory<byte>)b)])),
        Gen.Select(Name, Gen.Byte.Array[0, 8], (n, t) => (RecordData)new NsecData(n, [.. t.Select(b => (RecordType)b)])),
        Name.Select(n => (RecordData)new OpaqueData(RecordType.Cname, n.Wire.ToArray())),
        Gen.Byte.Array[0, 30].Select(b => (RecordData)new OpaqueData(RecordType.Hinfo, b)),
        Gen.Byte.Array[0, 30].Select(b => (RecordData)new OpaqueData((RecordType)4711, b)));

    public static readonly Gen<ResourceRecord> Record =
        Gen.Select(Name, Data, Gen.UInt, Gen.Bool, (name, data, ttl, flush) => new ResourceRecord(name, data, ttl, flush));

    public static readonly Gen<Question> Question = Gen.Select(
        Name, Gen.OneOf(RecordType.Ptr, RecordType.Any, (RecordType)4711), Gen.Bool, (n, t, u) => new Question(n, t, u));

    public static readonly Gen<DnsMessage> Message = Gen.Select(
        Gen.UShort, Gen.Bool, Gen.Bool,
        Question.Array[0, 4], Record.Array[0, 6], Record.Array[0, 3], Record.Array[0, 6],
        (id, response, truncated, questions, answers, authorities, additionals) => new DnsMessage(
            id, response, truncated, [.. questions], [.. answers], [.. authorities], [.. additionals]));

    private static DomainName Labels(byte[][] labels) =>
        DomainName.OfLabels([.. labels.SelectMany(l => (byte[])[(byte)l.Length, .. l])]);
}
