using System.Buffers.Binary;

namespace Meshara.Mdns.Dns;

/// <summary>
/// Writes one message within a size. What does not fit is left out whole: bytes, counts and the names that later ones may point to
/// are then as if it had never been tried.
/// </summary>
internal sealed class MessageWriter
{
    private const int HeaderSize = 12;

    /// <summary>A pointer has 14 bits (RFC 1035 section 4.1.4).</summary>
    private const int MaxPointer = 0x3fff;

    private readonly byte[] _buffer;
    private readonly bool _isResponse;
    private readonly Dictionary<DomainName, int> _names = [];
    private readonly List<DomainName> _added = [];
    private readonly int[] _counts = new int[4];
    private int _section;

    /// <param name="maxSize">In bytes.</param>
    /// <param name="id">0 in all that is multicast (RFC 6762 section 18.1); a legacy query's is repeated.</param>
    public MessageWriter(int maxSize, ushort id = 0, bool isResponse = false)
    {
        _buffer = new byte[Math.Clamp(maxSize, HeaderSize, MessageReader.MaxSize)];
        _isResponse = isResponse;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer, id);
        Size = HeaderSize;
    }

    /// <summary>Of a query: more known answers follow (RFC 6762 section 7.2).</summary>
    public bool IsTruncated { get; set; }

    public int Size { get; private set; }

    public bool IsEmpty => Size == HeaderSize;

    /// <summary>How many questions and records it has.</summary>
    public int Count => _counts.Sum();

    /// <summary>False if it does not fit.</summary>
    public bool TryAdd(Question question) => Try(0, () =>
        Write(question.Name) && UInt16((ushort)question.Type) && UInt16((ushort)(1 | (question.UnicastResponse ? 0x8000 : 0))));

    /// <summary>False if it does not fit. Sections are written one after the other.</summary>
    public bool TryAdd(Section section, ResourceRecord record) => Try(1 + (int)section, () =>
    {
        if (!(Write(record.Name) && UInt16((ushort)record.Type) && UInt16((ushort)(1 | (record.CacheFlush ? 0x8000 : 0)))
            && UInt16((ushort)(record.Ttl >> 16)) && UInt16((ushort)record.Ttl)))
        {
            return false;
        }

        var length = Size;
        if (!UInt16(0) || !Write(record.Data))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(length), (ushort)(Size - length - 2));
        return true;
    });

    public byte[] ToArray()
    {
        // Responses are authoritative (RFC 6762 section 18.4).
        var flags = (_isResponse ? 0x8400 : 0) | (IsTruncated ? 0x0200 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(2), (ushort)flags);
        for (var i = 0; i < _counts.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(4 + (2 * i)), (ushort)_counts[i]);
        }

        return _buffer[..Size];
    }

    private bool Try(int section, Func<bool> write)
    {
        if (section < _section)
        {
            throw new InvalidOperationException("The sections of a message are written in order.");
        }

        var start = Size;
        _added.Clear();
        if (write())
        {
            _section = section;
            _counts[section]++;
            return true;
        }

        Size = start;
        _added.ForEach(name => _names.Remove(name));
        return false;
    }

    private bool Write(RecordData data)
    {
        switch (data)
        {
            case PointerData pointer:
                return Write(pointer.Target);
            case ServiceData service:
                // Compressed too: every reader of multicast DNS must cope with it (RFC 6762 section 18.14).
                return UInt16(service.Priority) && UInt16(service.Weight) && UInt16(service.Port) && Write(service.Target);
            case NsecData nsec:
                return Write(nsec.Next) && Bytes(nsec.Bitmap());
            default:
                return Bytes(data.Canonical());
        }
    }

    private bool Write(DomainName name)
    {
        foreach (var start in name.LabelStarts())
        {
            var rest = name.From(start);
            if (_names.TryGetValue(rest, out var at))
            {
                return UInt16((ushort)(0xc000 | at));
            }

            if (Size <= MaxPointer)
            {
                _names.Add(rest, Size);
                _added.Add(rest);
            }

            if (!Bytes(name.Wire.Slice(start, 1 + name.Wire[start])))
            {
                return false;
            }
        }

        return Bytes([0]);
    }

    private bool UInt16(ushort value) => Bytes([(byte)(value >> 8), (byte)value]);

    private bool Bytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - Size)
        {
            return false;
        }

        bytes.CopyTo(_buffer.AsSpan(Size));
        Size += bytes.Length;
        return true;
    }
}
