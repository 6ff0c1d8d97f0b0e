using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Tests.Dns;

/// <summary>Writes messages as an engine would: what does not fit one packet goes into the next.</summary>
internal static class Rewriting
{
    public static IEnumerable<(Section Section, ResourceRecord Record)> Records(DnsMessage message) =>
    [
        .. message.Answers.Select(r => (Section.Answer, r)),
        .. message.Authorities.Select(r => (Section.Authority, r)),
        .. message.Additionals.Select(r => (Section.Additional, r)),
    ];

    public static List<byte[]> Write(DnsMessage message, int maxSize)
    {
        var packets = new List<byte[]>();
        var writer = Begin();
        foreach (var question in message.Questions)
        {
            Add(w => w.TryAdd(question));
        }

        foreach (var (section, record) in Records(message))
        {
            Add(w => w.TryAdd(section, record));
        }

        packets.Add(writer.ToArray());
        return packets;

        MessageWriter Begin() => new(maxSize, message.Id, message.IsResponse) { IsTruncated = message.IsTruncated };

        void Add(Func<MessageWriter, bool> add)
        {
            if (!add(writer))
            {
                packets.Add(writer.ToArray());
                writer = Begin();
                if (!add(writer))
                {
                    throw new InvalidOperationException("One record alone does not fit.");
                }
            }
        }
    }

    /// <summary>Whether the message, written and read again, is equal to itself; if not, why.</summary>
    public static string? Flaw(DnsMessage message)
    {
        var joined = message with { Questions = [], Answers = [], Authorities = [], Additionals = [] };
        foreach (var packet in Write(message, MessageReader.MaxSize))
        {
            var malformed = MessageReader.TryRead(packet, out var read);
            if (read is null)
            {
                return $"What was written is {malformed}: {Convert.ToHexStringLower(packet)}";
            }

            joined = read with
            {
                Questions = joined.Questions.AddRange(read.Questions),
                Answers = joined.Answers.AddRange(read.Answers),
                Authorities = joined.Authorities.AddRange(read.Authorities),
                Additionals = joined.Additionals.AddRange(read.Additionals),
            };
        }

        return joined.Equals(message) ? null : "What was written is read as another message.";
    }
}
