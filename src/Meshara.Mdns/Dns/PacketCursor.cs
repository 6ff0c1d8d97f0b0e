using System.Buffers.Binary;

namespace Meshara.Mdns.Dns;

/// <summary>A place in a received packet. It reads numbers and names, and never past an end it is given.</summary>
internal ref struct PacketCursor(ReadOnlySpan<byte> packet)
{
    /// <summary>The header is no name: nothing may point into it.</summary>
    public const int HeaderSize = 12;

    /// <summary>A name has 127 labels at most, and nobody who compresses puts two pointers before one label.</summary>
    private const int MaxJumps = 127;

    private readonly ReadOnlySpan<byte> _packet = packet;

    private int _nameBytesLeft = MessageReader.MaxNameBytes;

    public int Position { get; set; } = HeaderSize;

    public readonly int Left => _packet.Length - Position;

    /// <summary>The caller has seen that two bytes are there.</summary>
    public ushort ReadUInt16()
    {
        Position += sizeof(ushort);
        return BinaryPrimitives.ReadUInt16BigEndian(_packet[(Position - sizeof(ushort))..]);
    }

    /// <summary>The caller has seen that four bytes are there.</summary>
    public uint ReadUInt32() => ((uint)ReadUInt16() << 16) | ReadUInt16();

    /// <summary>All up to <paramref name="end"/>, which the caller has seen to be within the packet.</summary>
    public ReadOnlySpan<byte> ReadTo(int end)
    {
        var bytes = _packet[Position..end];
        Position = end;
        return bytes;
    }

    /// <summary>
    /// Reads a name (RFC 1035 section 4.1.4) whose bytes here, pointers followed elsewhere not among them, end before
    /// <paramref name="end"/>. Answers <see cref="Malformed.None"/>, <see cref="Malformed.BadName"/>, or
    /// <see cref="Malformed.TooLong"/> when all names of the packet together have grown too long.
    /// </summary>
    public Malformed ReadName(int end, out DomainName name)
    {
        name = DomainName.Root;
        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        var (length, jumps, runStart, after) = (0, 0, Position, -1);
        for (var at = Position; at < end;)
        {
            var head = _packet[at];
            if (head == 0)
            {
                wire[length++] = 0;
                Position = after < 0 ? at + 1 : after;
                return Expanded(wire[..length], ref name);
            }

            if (head <= DomainName.MaxLabel)
            {
                // One byte is kept for the final zero.
                if (at + 1 + head > end || length + 1 + head >= DomainName.MaxWireLength)
                {
                    return Malformed.BadName;
                }

                _packet.Slice(at, 1 + head).CopyTo(wire[length..]);
                length += 1 + head;
                at += 1 + head;
            }
            else if (head < 0xc0 || at + 1 == end || ++jumps > MaxJumps)
            {
                return Malformed.BadName;
            }
            else
            {
                // A prior name (RFC 1035 section 4.1.4) lies wholly before the bytes that point to it. So each jump goes back, no
                // byte is read twice for one name, and no pointer leads round in a circle.
                var target = ((head & 0x3f) << 8) | _packet[at + 1];
                if (target < HeaderSize || target >= runStart)
                {
                    return Malformed.BadName;
                }

                after = after < 0 ? at + 2 : after;
                (at, end, runStart) = (target, runStart, target);
            }
        }

        return Malformed.BadName;
    }

    private Malformed Expanded(scoped ReadOnlySpan<byte> wire, ref DomainName name)
    {
        _nameBytesLeft -= wire.Length;
        if (_nameBytesLeft < 0)
        {
            return Malformed.TooLong;
        }

        name = DomainName.OfWire(wire);
        return Malformed.None;
    }
}
