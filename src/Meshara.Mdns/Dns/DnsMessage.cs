using System.Collections.Immutable;

namespace Meshara.Mdns.Dns;

/// <summary>A question of class IN (RFC 1035 section 4.1.2).</summary>
/// <param name="UnicastResponse">The QU bit (RFC 6762 section 5.4): the answer may come to the asker alone.</param>
internal sealed record Question(DomainName Name, RecordType Type, bool UnicastResponse = false)
{
    /// <summary>Whether <paramref name="record"/> answers it.</summary>
    public bool IsAnsweredBy(ResourceRecord record) =>
        (Type == RecordType.Any || Type == record.Type) && Name.Equals(record.Name);

    /// <summary>Whether it is the same question, however the answer is to come.</summary>
    public bool Asks(Question other) => Type == other.Type && Name.Equals(other.Name);
}

/// <summary>A record of class IN (RFC 1035 section 4.1.3).</summary>
/// <param name="Ttl">In seconds; 0 is a goodbye (RFC 6762 section 10.1).</param>
/// <param name="CacheFlush">The name has no other records of this type than those that come with it (RFC 6762 section
/// 10.2).</param>
internal sealed record ResourceRecord(DomainName Name, RecordData Data, uint Ttl, bool CacheFlush)
{
    public RecordType Type => Data.Type;

    /// <summary>
    /// Whether both say the same: name, type and data. Neither the time to live nor the cache-flush bit has a part in it: stacks
    /// that took a record with another bit for another record have seen services come and go for ever.
    /// </summary>
    public bool SameAs(ResourceRecord other) => Name.Equals(other.Name) && Data.Equals(other.Data);

    /// <summary>
    /// The order in which probers of one name settle whose it is (RFC 6762 section 8.2): the class, which is IN here at all
    /// times, the type, then the uncompressed data as unsigned bytes. The later one wins.
    /// </summary>
    public static int CompareForTieBreak(ResourceRecord a, ResourceRecord b) => a.Type != b.Type
        ? a.Type.CompareTo(b.Type)
        : a.Data.Canonical().AsSpan().SequenceCompareTo(b.Data.Canonical());
}

/// <summary>Where in a message a record stands.</summary>
internal enum Section
{
    Answer,
    Authority,
    Additional,
}

/// <summary>A message of mDNS (RFC 6762 section 18): opcode 0, response code 0.</summary>
/// <param name="Id">0, but for those of legacy queriers (RFC 6762 section 18.1).</param>
/// <param name="IsTruncated">Of a query: more known answers follow (RFC 6762 section 18.5).</param>
internal sealed record DnsMessage(
    ushort Id,
    bool IsResponse,
    bool IsTruncated,
    ImmutableArray<Question> Questions,
    ImmutableArray<ResourceRecord> Answers,
    ImmutableArray<ResourceRecord> Authorities,
    ImmutableArray<ResourceRecord> Additionals)
{
    public bool Equals(DnsMessage? other) => other is not null
        && (Id, IsResponse, IsTruncated) == (other.Id, other.IsResponse, other.IsTruncated)
        && Questions.AsSpan().SequenceEqual(other.Questions.AsSpan())
        && Answers.AsSpan().SequenceEqual(other.Answers.AsSpan())
        && Authorities.AsSpan().SequenceEqual(other.Authorities.AsSpan())
        && Additionals.AsSpan().SequenceEqual(other.Additionals.AsSpan());

    public override int GetHashCode() => HashCode.Combine(
        Id, IsResponse, IsTruncated, Questions.Length, Answers.Length, Authorities.Length, Additionals.Length);
}
