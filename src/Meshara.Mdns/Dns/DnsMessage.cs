using System.Collections.Immutable;

namespace Meshara.Mdns.Dns;

/// <summary>A question (RFC 1035 section 4.1.2).</summary>
/// <param name="UnicastResponse">The top bit of the class: the answer may come by unicast (RFC 6762 section 5.4).</param>
internal sealed record Question(DomainName Name, RecordType Type, bool UnicastResponse = false)
{
    /// <summary>Whether <paramref name="record"/> answers it.</summary>
    public bool IsAnsweredBy(ResourceRecord record) =>
        (Type == RecordType.Any || Type == record.Type) && Name.Equals(record.Name);

    /// <summary>The same question, however the answer is to come.</summary>
    public bool Asks(Question other) => Type == other.Type && Name.Equals(other.Name);
}

/// <summary>A resource record (RFC 1035 section 4.1.3) of class IN.</summary>
/// <param name="Ttl">In seconds; 0 says goodbye (RFC 6762 section 10.1).</param>
/// <param name="CacheFlush">The top bit of the class: this name has no other records of this type (RFC 6762 section 10.2).</param>
internal sealed record ResourceRecord(DomainName Name, RecordData Data, uint Ttl, bool CacheFlush)
{
    public RecordType Type => Data.Type;

    /// <summary>Whether it is the same record: what it says, not for how long, nor whether it is alone.</summary>
    public bool SameAs(ResourceRecord other) => Type == other.Type && Name.Equals(other.Name) && Data.Equals(other.Data);

    /// <summary>Which of two records comes later (RFC 6762 section 8.2): by type, then by data as unsigned bytes. The class is IN in all.</summary>
    public static int CompareForTieBreak(ResourceRecord one, ResourceRecord other)
    {
        var byType = ((ushort)one.Type).CompareTo((ushort)other.Type);
        return byType != 0 ? byType : one.Data.Canonical().AsSpan().SequenceCompareTo(other.Data.Canonical());
    }
}

/// <summary>A DNS message (RFC 1035 section 4.1), as far as mDNS uses one.</summary>
/// <param name="IsTruncated">Of a query: more known answers follow (RFC 6762 section 7.2).</param>
internal sealed record DnsMessage(
    ushort Id,
    bool IsResponse,
    bool IsTruncated,
    ImmutableArray<Question> Questions,
    ImmutableArray<ResourceRecord> Answers,
    ImmutableArray<ResourceRecord> Authorities,
    ImmutableArray<ResourceRecord> Additionals);

/// <summary>The sections of a message that hold records.</summary>
internal enum Section
{
    Answer,
    Authority,
    Additional,
}

/// <summary>Why a packet is no mDNS message.</summary>
internal enum Malformed
{
    None,
    TooShort,
    TooLong,

    /// <summary>Opcode or response code are not 0 (RFC 6762 sections 18.3 and 18.11).</summary>
    NotMdns,
    BadName,
    BadRecord,

    /// <summary>Its names are compressed to expand beyond reason.</summary>
    Bomb,
}
