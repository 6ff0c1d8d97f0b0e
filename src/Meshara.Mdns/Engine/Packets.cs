using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Engine;

/// <summary>Makes packets of what is to be said, as many as it takes.</summary>
internal static class Packets
{
    /// <summary>
    /// A query with what is known already. What does not fit goes into further packets, and all but the last say that more comes
    /// (RFC 6762 section 7.2).
    /// </summary>
    public static IEnumerable<byte[]> Query(IEnumerable<Question> questions, IEnumerable<ResourceRecord> known)
    {
        var writer = new MessageWriter(Timing.PacketSize);
        foreach (var question in questions)
        {
            if (!writer.TryAdd(question))
            {
                yield return writer.ToArray();
                writer = new MessageWriter(Timing.PacketSize);
                writer.TryAdd(question);
            }
        }

        foreach (var record in known)
        {
            if (!writer.TryAdd(Section.Answer, record))
            {
                writer.IsTruncated = true;
                yield return writer.ToArray();
                writer = new MessageWriter(Timing.PacketSize);
                writer.TryAdd(Section.Answer, record);
            }
        }

        yield return writer.ToArray();
    }

    /// <summary>
    /// A probe: may these names be ours, with these records (RFC 6762 section 8.1)? Always one packet, since a rival compares all of them.
    /// </summary>
    public static byte[] Probe(OwnRecords records, bool unicast)
    {
        var writer = new MessageWriter(MessageReader.MaxSize);
        foreach (var name in records.UniqueRecords.Select(r => r.Name).Distinct())
        {
            writer.TryAdd(new Question(name, RecordType.Any, unicast));
        }

        foreach (var record in records.UniqueRecords)
        {
            // In a probe the bit has no meaning, and must not be there.
            writer.TryAdd(Section.Authority, record with { CacheFlush = false });
        }

        return writer.ToArray();
    }

    /// <summary>Responses with these answers; the additional records only where there is room left.</summary>
    public static IEnumerable<byte[]> Response(IEnumerable<ResourceRecord> answers, IEnumerable<ResourceRecord> additionals)
    {
        var writer = new MessageWriter(Timing.PacketSize, isResponse: true);
        foreach (var answer in answers)
        {
            if (!writer.TryAdd(Section.Answer, answer))
            {
                if (!writer.IsEmpty)
                {
                    yield return writer.ToArray();
                }

                writer = new MessageWriter(Timing.PacketSize, isResponse: true);
                if (!writer.TryAdd(Section.Answer, answer))
                {
                    // One record may be larger than a packet should be; it goes alone, in fragments (section 17).
                    var alone = new MessageWriter(MessageReader.MaxSize, isResponse: true);
                    alone.TryAdd(Section.Answer, answer);
                    yield return alone.ToArray();
                }
            }
        }

        foreach (var additional in additionals)
        {
            writer.TryAdd(Section.Additional, additional);
        }

        if (!writer.IsEmpty)
        {
            yield return writer.ToArray();
        }
    }

    /// <summary>
    /// The answer to a resolver that knows nothing of multicast: its id and questions are repeated, and it is told nothing that it would
    /// remember for long or misread (RFC 6762 sections 6.7 and 18.14).
    /// </summary>
    public static byte[] LegacyResponse(
        DnsMessage query, IEnumerable<ResourceRecord> answers, IEnumerable<ResourceRecord> additionals)
    {
        var writer = new MessageWriter(Timing.PacketSize, query.Id, isResponse: true);
        foreach (var question in query.Questions)
        {
            writer.TryAdd(question with { UnicastResponse = false });
        }

        foreach (var answer in answers)
        {
            writer.TryAdd(Section.Answer, Plain(answer), compressData: false);
        }

        foreach (var additional in additionals)
        {
            writer.TryAdd(Section.Additional, Plain(additional), compressData: false);
        }

        return writer.ToArray();
    }

    private static ResourceRecord Plain(ResourceRecord record) =>
        record with { CacheFlush = false, Ttl = Math.Min(record.Ttl, Timing.LegacyTtl) };
}
