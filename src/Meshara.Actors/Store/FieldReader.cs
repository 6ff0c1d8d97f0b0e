using System.Buffers.Binary;
using Google.Protobuf;

namespace Meshara.Actors.Store;

/// <summary>
/// Reads the fields of a protobuf message where they lie (Protocol Buffers, "Encoding"). For snapshots alone: a hundred thousand peers are read at
/// a start, and messages of the library that are made only to be copied from and dropped would be most of the work, for the garbage collector.
/// </summary>
internal ref struct FieldReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private WireFormat.WireType _type;

    /// <summary>Where the next field begins.</summary>
    public int Position { get; private set; }

    /// <summary>The number of the field that was reached.</summary>
    public int Number { get; private set; }

    /// <summary>Goes on to the next field, whose value must be taken then, or skipped.</summary>
    /// <exception cref="InvalidDataException">There is none, and yet the message has not ended.</exception>
    public bool Next()
    {
        if (Position == _message.Length)
        {
            return false;
        }

        var tag = checked((uint)Math.Min(Varint(), uint.MaxValue));
        (Number, _type) = (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag));
        return Number > 0 ? true : throw Malformed();
    }

    public int Int32() => unchecked((int)Number64());

    public long Int64() => unchecked((long)Number64());

    public bool Bool() => Number64() != 0;

    public long Fixed64() => _type == WireFormat.WireType.Fixed64 ? BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long))) : throw Malformed();

    public double Double() => BitConverter.Int64BitsToDouble(Fixed64());

    /// <summary>Bytes, a text in UTF-8, or a message.</summary>
    public ReadOnlySpan<byte> Bytes() => _type == WireFormat.WireType.LengthDelimited ? Take(Varint()) : throw Malformed();

    /// <summary>A field that is unknown here.</summary>
    public void Skip() => Take(_type switch
    {
        WireFormat.WireType.LengthDelimited => Varint(),
        WireFormat.WireType.Fixed64 => sizeof(long),
        WireFormat.WireType.Fixed32 => sizeof(int),
        WireFormat.WireType.Varint => Varint() & 0,
        _ => throw Malformed(),
    });

    private ulong Number64() => _type == WireFormat.WireType.Varint ? Varint() : throw Malformed();

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64 && Position < _message.Length; shift += 7)
        {
            var next = _message[Position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_message.Length - Position))
        {
            throw Malformed();
        }

        var taken = _message.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    private static InvalidDataException Malformed() => new("what is stored of a peer is no protobuf message, or ends in the middle of one");
}
