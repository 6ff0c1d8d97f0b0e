using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;

namespace Meshara.Mdns.Dns;

/// <summary>
/// Reads a packet that anybody may have sent. It never throws, and allocates only what the packet's size, or the bound on expanded
/// names, justifies.
/// </summary>
internal ref struct MessageReader
{
    /// <summary>Bytes of a packet at most (RFC 6762 section 17).</summary>
    public const int MaxSize = 9000;

    /// <summary>
    /// Bytes of all names of a packet at most, expanded. A pointer has two bytes and a name 255: without this bound a packet could make
    /// its readers hold thirty times its own size.
    /// </summary>
    private const int MaxExpanded = 64 * 1024;

    private const int HeaderSize = 12;

    private readonly ReadOnlySpan<byte> _packet;
    private int _at;
    private int _expanded;
    private Malformed _malformed;

    private MessageReader(ReadOnlySpan<byte> packet) => _packet = packet;

    public static Malformed TryRead(ReadOnlySpan<byte> packet, out DnsMessage? message)
    {
        message = null;
        if (packet.Length is < HeaderSize or > MaxSize)
        {
            return packet.Length < HeaderSize ? Malformed.TooShort : Malformed.TooLong;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if ((flags & 0x780f) != 0)
        {
            return Malformed.NotMdns;
        }

        var reader = new MessageReader(packet) { _at = HeaderSize };
        var questions = reader.Questions(BinaryPrimitives.ReadUInt16BigEndian(packet[4..]));
        var answers = reader.Records(BinaryPrimitives.ReadUInt16BigEndian(packet[6..]));
        var authorities = reader.Records(BinaryPrimitives.ReadUInt16BigEndian(packet[8..]));
        var additionals = reader.Records(BinaryPrimitives.ReadUInt16BigEndian(packet[10..]));
        if (reader._malformed == Malformed.None)
        {
            message = new DnsMessage(
                BinaryPrimitives.ReadUInt16BigEndian(packet),
                (flags & 0x8000) != 0,
                (flags & 0x0200) != 0,
                questions,
                answers,
                authorities,
                additionals);
        }

        return reader._malformed;
    }

    private ImmutableArray<Question> Questions(int count)
    {
        // Built up as they come: a count in a header is only a claim.
        var questions = ImmutableArray.CreateBuilder<Question>();
        for (var i = 0; i < count && _malformed == Malformed.None; i++)
        {
            var name = Name();
            var (type, @class) = (UInt16(), UInt16());
            if (_malformed == Malformed.None && IsInternet(@class))
            {
                questions.Add(new Question(name, (RecordType)type, (@class & 0x8000) != 0));
            }
        }

        return questions.ToImmutable();
    }

    private ImmutableArray<ResourceRecord> Records(int count)
    {
        var records = ImmutableArray.CreateBuilder<ResourceRecord>();
        for (var i = 0; i < count && _malformed == Malformed.None; i++)
        {
            var name = Name();
            var (type, @class, ttl, size) = ((RecordType)UInt16(), UInt16(), UInt32(), UInt16());
            if (_malformed != Malformed.None || size > _packet.Length - _at)
            {
                Fail(Malformed.TooShort);
                break;
            }

            var end = _at + size;
            if (IsInternet(@class))
            {
                if (Data(type, end) is { } data && _malformed == Malformed.None)
                {
                    records.Add(new ResourceRecord(name, data, ttl, (@class & 0x8000) != 0));
                }
                else
                {
                    Fail(Malformed.BadRecord);
                }
            }

            _at = end;
        }

        return records.ToImmutable();
    }

    /// <summary>Null if the bytes up to <paramref name="end"/> are not exactly such data.</summary>
    private RecordData? Data(RecordType type, int end)
    {
        var bytes = _packet[_at..end];
        switch (type)
        {
            case RecordType.A:
                return bytes.Length == 4 ? new AddressData(new IPAddress(bytes)) : null;
            case RecordType.Aaaa:
                return bytes.Length == 16 ? new AddressData(new IPAddress(bytes)) : null;
            case RecordType.Ptr:
                var target = Name();
                return _at == end ? new PointerData(target) : null;
            case RecordType.Srv when bytes.Length > 6:
                var (priority, weight, port, host) = (UInt16(), UInt16(), UInt16(), Name());
                return _at == end ? new ServiceData(priority, weight, port, host) : null;
            case RecordType.Srv:
                return null;
            case RecordType.Txt:
                return Text(bytes);
            case RecordType.Nsec:
                var next = Name();
                return _at <= end && NsecData.TryReadTypes(_packet[_at..end]) is { } types ? new NsecData(next, types) : null;
            default:
                return new OpaqueData(type, bytes.ToArray());
        }
    }

    private static TextData? Text(ReadOnlySpan<byte> bytes)
    {
        // None at all is to be read as one empty string (RFC 6763 section 6.1).
        var strings = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        for (var at = 0; at < bytes.Length; at += 1 + bytes[at])
        {
            if (at + 1 + bytes[at] > bytes.Length)
            {
                return null;
            }

            strings.Add(bytes.Slice(at + 1, bytes[at]).ToArray());
        }

        return new TextData(strings.Count == 0 ? [Array.Empty<byte>()] : strings.ToImmutable());
    }

    /// <summary>A name, perhaps compressed (RFC 1035 section 4.1.4). Each pointer leads further back than the last, so there is no loop.</summary>
    private DomainName Name()
    {
        Span<byte> wire = stackalloc byte[DomainName.MaxLength];
        var (length, at, lowest, jumped) = (0, _at, _at, false);
        while (_malformed == Malformed.None)
        {
            if (at >= _packet.Length)
            {
                return Fail(Malformed.TooShort);
            }

            var size = _packet[at];
            if (size >= 0xc0)
            {
                if (at + 1 >= _packet.Length)
                {
                    return Fail(Malformed.TooShort);
                }

                var to = ((size & 0x3f) << 8) | _packet[at + 1];
                _at = jumped ? _at : at + 2;
                if (to >= lowest || to < HeaderSize)
                {
                    return Fail(Malformed.BadName);
                }

                (at, lowest, jumped) = (to, to, true);
                continue;
            }

            if (size > DomainName.MaxLabel || length + 1 + size + (size > 0 ? 1 : 0) > DomainName.MaxLength)
            {
                return Fail(Malformed.BadName);
            }

            if (at + 1 + size > _packet.Length)
            {
                return Fail(Malformed.TooShort);
            }

            _packet.Slice(at, 1 + size).CopyTo(wire[length..]);
            length += 1 + size;
            at += 1 + size;
            if (size == 0)
            {
                _at = jumped ? _at : at;
                _expanded += length;
                return _expanded > MaxExpanded ? Fail(Malformed.Bomb) : DomainName.OfWire(wire[..length]);
            }
        }

        return DomainName.Root;
    }

    /// <summary>IN, or ANY, which asks for it as well; the top bit has a meaning of its own.</summary>
    private static bool IsInternet(int @class) => (@class & 0x7fff) is 1 or 255;

    private ushort UInt16()
    {
        if (_packet.Length - _at < 2)
        {
            Fail(Malformed.TooShort);
            return 0;
        }

        _at += 2;
        return BinaryPrimitives.ReadUInt16BigEndian(_packet[(_at - 2)..]);
    }

    private uint UInt32() => ((uint)UInt16() << 16) | UInt16();

    private DomainName Fail(Malformed why)
    {
        _malformed = _malformed == Malformed.None ? why : _malformed;
        return DomainName.Root;
    }
}
