using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Meshara.Mdns.Dns;

/// <summary>What is wrong with a packet.</summary>
internal enum Malformed
{
    None,

    /// <summary>It ends before what its header counts.</summary>
    TooShort,

    /// <summary>
    /// It is over <see cref="MessageReader.MaxSize"/>, or its names are over <see cref="MessageReader.MaxNameBytes"/>.
    /// </summary>
    TooLong,

    /// <summary>A name of a question or of a record.</summary>
    BadName,

    /// <summary>The data of a record, the names in it included.</summary>
    BadRecord,

    /// <summary>Its header counts more than <see cref="MessageReader.MaxRecords"/>.</summary>
    TooManyRecords,

    /// <summary>Its opcode or its response code is not 0: to be ignored (RFC 6762 sections 18.3 and 18.11).</summary>
    NotMdns,
}

/// <summary>
/// Reads packets that anybody on the link may have sent. It throws for none, and takes no more memory than their size justifies.
/// </summary>
internal static class MessageReader
{
    /// <summary>The largest message, in bytes (RFC 6762 section 17).</summary>
    public const int MaxSize = 9000;

    /// <summary>
    /// Questions and records of one packet. A full packet of 9,000 bytes has some 450 pointers of DNS-SD, at 20 bytes each; more
    /// only comes from one who wants them to be costly.
    /// </summary>
    public const int MaxRecords = 512;

    /// <summary>
    /// The names of one packet, uncompressed, in bytes. A pointer of two bytes stands for a name of up to 255: without this bound
    /// a packet of 9,000 bytes grows to a megabyte of names. Twice 450 names of 70 bytes each, as long as any of DNS-SD, are
    /// within it.
    /// </summary>
    public const int MaxNameBytes = 64 * 1024;

    private const int MinQuestion = 1 + 4;
    private const int MinRecord = 1 + RecordFixed;
    private const int RecordFixed = 10;
    private const int OpcodeAndResponseCode = 0x780f;
    private const int ClassIn = 1;
    private const int ClassAny = 255;
    private const int TopBit = 0x8000;

    /// <summary>
    /// The message of a packet; null unless the answer is <see cref="Malformed.None"/>. Questions and records of a class other
    /// than IN are left out, and NSEC records that make no sense; bytes after the last record are passed over.
    /// </summary>
    public static Malformed TryRead(ReadOnlySpan<byte> packet, out DnsMessage? message)
    {
        message = null;
        if (packet.Length is < PacketCursor.HeaderSize or > MaxSize)
        {
            return packet.Length > MaxSize ? Malformed.TooLong : Malformed.TooShort;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if ((flags & OpcodeAndResponseCode) != 0)
        {
            return Malformed.NotMdns;
        }

        var (questionCount, answerCount, authorityCount, additionalCount) = (
            BinaryPrimitives.ReadUInt16BigEndian(packet[4..]), BinaryPrimitives.ReadUInt16BigEndian(packet[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(packet[8..]), BinaryPrimitives.ReadUInt16BigEndian(packet[10..]));
        var recordCount = answerCount + authorityCount + additionalCount;
        if (questionCount + recordCount > MaxRecords)
        {
            return Malformed.TooManyRecords;
        }

        var cursor = new PacketCursor(packet);
        if ((questionCount * MinQuestion) + (recordCount * MinRecord) > cursor.Left)
        {
            return Malformed.TooShort;
        }

        var malformed = ReadQuestions(ref cursor, questionCount, out var questions);
        var answers = Records(ref cursor, answerCount, ref malformed);
        var authorities = Records(ref cursor, authorityCount, ref malformed);
        var additionals = Records(ref cursor, additionalCount, ref malformed);
        if (malformed == Malformed.None)
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(packet);
            message = new DnsMessage(
                id, (flags & 0x8000) != 0, (flags & 0x0200) != 0, questions, answers, authorities, additionals);
        }

        return malformed;
    }

    private static Malformed ReadQuestions(ref PacketCursor cursor, int count, out ImmutableArray<Question> questions)
    {
        questions = [];
        var read = ImmutableArray.CreateBuilder<Question>(count);
        for (var i = 0; i < count; i++)
        {
            if (cursor.ReadName(cursor.Position + cursor.Left, out var name) is not Malformed.None and var bad)
            {
                return bad;
            }

            if (cursor.Left < 4)
            {
                return Malformed.TooShort;
            }

            var type = (RecordType)cursor.ReadUInt16();
            var kind = cursor.ReadUInt16();
            if (IsInternet(kind))
            {
                read.Add(new Question(name, type, (kind & TopBit) != 0));
            }
        }

        questions = read.DrainToImmutable();
        return Malformed.None;
    }

    // Does nothing once something is wrong.
    private static ImmutableArray<ResourceRecord> Records(ref PacketCursor cursor, int count, ref Malformed malformed)
    {
        if (malformed != Malformed.None || count == 0)
        {
            return [];
        }

        var read = ImmutableArray.CreateBuilder<ResourceRecord>(count);
        for (var i = 0; i < count && malformed == Malformed.None; i++)
        {
            malformed = ReadRecord(ref cursor, out var record);
            if (record is not null)
            {
                read.Add(record);
            }
        }

        return read.DrainToImmutable();
    }

    // Null without anything wrong: a record to leave out.
    private static Malformed ReadRecord(ref PacketCursor cursor, out ResourceRecord? record)
    {
        record = null;
        if (cursor.ReadName(cursor.Position + cursor.Left, out var name) is not Malformed.None and var bad)
        {
            return bad;
        }

        if (cursor.Left < RecordFixed)
        {
            return Malformed.TooShort;
        }

        var type = (RecordType)cursor.ReadUInt16();
        var kind = cursor.ReadUInt16();
        var ttl = cursor.ReadUInt32();
        var length = cursor.ReadUInt16();
        if (cursor.Left < length)
        {
            return Malformed.TooShort;
        }

        var end = cursor.Position + length;
        if (!IsInternet(kind))
        {
            cursor.Position = end;
            return Malformed.None;
        }

        var malformed = DataReader.Read(ref cursor, type, end, out var data);
        if (malformed == Malformed.None && data is not null)
        {
            record = new ResourceRecord(name, data, ttl, (kind & TopBit) != 0);
        }

        return malformed;
    }

    // The top bit is QU in a question and cache-flush in a record (RFC 6762 sections 18.12 and 18.13).
    private static bool IsInternet(int kind) => (kind & ~TopBit) is ClassIn or ClassAny;
}
