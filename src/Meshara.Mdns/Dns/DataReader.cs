using System.Net;

namespace Meshara.Mdns.Dns;

/// <summary>Reads the data of one record, whose bytes end at a place that is within the packet.</summary>
internal static class DataReader
{
    /// <summary>
    /// Answers <see cref="Malformed.BadRecord"/> unless the data of a known type fills its bytes exactly. Null with nothing wrong
    /// is an NSEC record to leave out. The cursor is at <paramref name="end"/> afterwards if nothing is wrong.
    /// </summary>
    public static Malformed Read(ref PacketCursor cursor, RecordType type, int end, out RecordData? data)
    {
        data = null;
        switch (type)
        {
            case RecordType.A or RecordType.Aaaa:
                var address = cursor.ReadTo(end);
                data = address.Length == (type == RecordType.A ? 4 : 16) ? new AddressData(new IPAddress(address)) : null;
                return Known(data);
            case RecordType.Txt:
                data = TextData.TryRead(cursor.ReadTo(end));
                return Known(data);
            case RecordType.Ptr:
                var malformed = ReadLastName(ref cursor, end, out var target);
                data = new PointerData(target);
                return malformed;
            case RecordType.Ns or RecordType.Cname:
                malformed = ReadLastName(ref cursor, end, out target);
                data = new OpaqueData(type, target.Wire.ToArray());
                return malformed;
            case RecordType.Srv:
                return ReadService(ref cursor, end, out data);
            case RecordType.Nsec:
                return ReadNsec(ref cursor, end, out data);
            default:
                data = new OpaqueData(type, cursor.ReadTo(end).ToArray());
                return Malformed.None;
        }
    }

    private static Malformed Known(RecordData? data) => data is null ? Malformed.BadRecord : Malformed.None;

    private static Malformed ReadLastName(ref PacketCursor cursor, int end, out DomainName name)
    {
        var malformed = cursor.ReadName(end, out name);
        return malformed == Malformed.TooLong ? malformed
            : malformed == Malformed.None && cursor.Position == end ? Malformed.None
            : Malformed.BadRecord;
    }

    private static Malformed ReadService(ref PacketCursor cursor, int end, out RecordData? data)
    {
        data = null;
        if (end - cursor.Position < ServiceData.FixedSize)
        {
            return Malformed.BadRecord;
        }

        var (priority, weight, port) = (cursor.ReadUInt16(), cursor.ReadUInt16(), cursor.ReadUInt16());
        var malformed = ReadLastName(ref cursor, end, out var target);
        data = new ServiceData(priority, weight, port, target);
        return malformed;
    }

    // RFC 6762 section 6.1: a message must not be ignored because of an NSEC record in it that cannot be parsed, and the record
    // may. Its next name is not compared with its own: an unexpected one must not be held against it either.
    private static Malformed ReadNsec(ref PacketCursor cursor, int end, out RecordData? data)
    {
        data = null;
        var malformed = cursor.ReadName(end, out var next);
        if (malformed == Malformed.None && NsecData.TryReadTypes(cursor.ReadTo(end), out var types))
        {
            data = new NsecData(next, types);
        }

        cursor.Position = end;
        return malformed == Malformed.TooLong ? malformed : Malformed.None;
    }
}
