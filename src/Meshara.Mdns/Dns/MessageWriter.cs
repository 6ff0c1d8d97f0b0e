using System.Buffers.Binary;

namespace Meshara.Mdns.Dns;

/// <summary>
/// Writes a message of at most so many bytes, its names compressed (RFC 6762 section 18.14), and of no more records and bytes of
/// names than <see cref="MessageReader"/> takes. What does not fit leaves no trace: not in the bytes, the counts, nor the names
/// that later ones may point to.
/// </summary>
internal sealed class MessageWriter
{
    private const ushort ClassIn = 1;
    private const ushort TopBit = 0x8000;

    /// <summary>A pointer has 14 bits for the offset (RFC 1035 section 4.1.4).</summary>
    private const int PointerLimit = 0x4000;

    private readonly int _maxSize;
    private readonly ushort _id;
    private readonly bool _isResponse;
    private readonly ushort[] _counts = new ushort[4];
    private readonly Dictionary<DomainName, int> _offsets = [];
    private readonly List<DomainName> _new = [];
    private byte[] _bytes;
    private int _nameBytes;
    private int _current;

    /// <param name="maxSize">In bytes: the link's MTU without the headers of IP and UDP, or less.</param>
    /// <param name="id">0, but in answers to a legacy querier (RFC 6762 sections 6.7 and 18.1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The size has no room for a header, or is over 65,535.</exception>
    public MessageWriter(int maxSize, ushort id = 0, bool isResponse = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSize, PacketCursor.HeaderSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxSize, ushort.MaxValue);
        (_maxSize, _id, _isResponse) = (maxSize, id, isResponse);
        _bytes = new byte[Math.Min(maxSize, 512)];
        Size = PacketCursor.HeaderSize;
    }

    /// <summary>Of a query: more known answers follow (RFC 6762 section 18.5).</summary>
    public bool IsTruncated { get; set; }

    /// <summary>In bytes, so far, with the header.</summary>
    public int Size { get; private set; }

    /// <summary>Questions and records, so far.</summary>
    public int Count { get; private set; }

    public bool IsEmpty => Count == 0;

    /// <summary>False if it does not fit; nothing has changed then.</summary>
    /// <exception cref="InvalidOperationException">There is a record already, and questions come before records.</exception>
    public bool TryAdd(Question question) => TryAdd(0, (this, question), static add =>
    {
        var (writer, question) = add;
        return writer.WriteName(question.Name, compress: true)
            && writer.WriteUInt16((ushort)question.Type)
            && writer.WriteUInt16(question.UnicastResponse ? (ushort)(ClassIn | TopBit) : ClassIn);
    });

    /// <summary>False if it does not fit; nothing has changed then.</summary>
    /// <param name="ttl">Instead of the record's own, in seconds.</param>
    /// <param name="cacheFlush">Instead of the record's own; never set for a legacy querier (RFC 6762 section 6.7).</param>
    /// <param name="compressData">Whether names within the data are compressed; not for a legacy querier (RFC 6762 section
    /// 18.14).</param>
    /// <exception cref="InvalidOperationException">There is a record of a later section already.</exception>
    public bool TryAdd(
        Section section, ResourceRecord record, uint? ttl = null, bool? cacheFlush = null, bool compressData = true)
    {
        var said = record with { Ttl = ttl ?? record.Ttl, CacheFlush = cacheFlush ?? record.CacheFlush };
        return TryAdd(1 + (int)section, (this, said, compressData), static add =>
        {
            var (writer, record, compressData) = add;
            return writer.WriteRecord(record, compressData);
        });
    }

    /// <summary>The message so far.</summary>
    public byte[] ToArray()
    {
        var bytes = _bytes.AsSpan(0, Size).ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, _id);

        // QR and AA: all answers of mDNS are authoritative (RFC 6762 section 18.4).
        var flags = (_isResponse ? 0x8400 : 0) | (IsTruncated ? 0x0200 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)flags);
        for (var i = 0; i < _counts.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4 + (2 * i)), _counts[i]);
        }

        return bytes;
    }

    private bool TryAdd<T>(int section, T what, Func<T, bool> write)
    {
        if (section < _current)
        {
            throw new InvalidOperationException("Questions, answers, authorities and additionals are added in this order.");
        }

        var (size, nameBytes) = (Size, _nameBytes);
        _new.Clear();
        if (Count < MessageReader.MaxRecords && write(what))
        {
            (_current, Count) = (section, Count + 1);
            _counts[section]++;
            return true;
        }

        (Size, _nameBytes) = (size, nameBytes);
        foreach (var name in _new)
        {
            _offsets.Remove(name);
        }

        return false;
    }

    private bool WriteRecord(ResourceRecord record, bool compressData)
    {
        if (!WriteName(record.Name, compress: true)
            || !WriteUInt16((ushort)record.Type)
            || !WriteUInt16(record.CacheFlush ? (ushort)(ClassIn | TopBit) : ClassIn)
            || !WriteUInt16((ushort)(record.Ttl >> 16))
            || !WriteUInt16((ushort)record.Ttl)
            || !WriteUInt16(0)
            || Size is var start && !WriteData(record.Data, compressData))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(start - sizeof(ushort)), (ushort)(Size - start));
        return true;
    }

    private bool WriteData(RecordData data, bool compress)
    {
        switch (data)
        {
            case PointerData pointer:
                return WriteName(pointer.Target, compress);
            case ServiceData service:
                Span<byte> numbers = stackalloc byte[ServiceData.FixedSize];
                service.WriteFixed(numbers);
                return Write(numbers) && WriteName(service.Target, compress);
            case NsecData nsec:
                return WriteName(nsec.Next, compress) && Write(nsec.Bitmap());
            default:
                return Write(data.Canonical());
        }
    }

    private bool WriteName(DomainName name, bool compress)
    {
        _nameBytes += name.WireLength;
        if (_nameBytes > MessageReader.MaxNameBytes)
        {
            return false;
        }

        for (var rest = name; !rest.IsRoot; rest = rest.Parent)
        {
            if (compress && _offsets.TryGetValue(rest, out var offset))
            {
                return WriteUInt16((ushort)(0xc000 | offset));
            }

            if (Size < PointerLimit && _offsets.TryAdd(rest, Size))
            {
                _new.Add(rest);
            }

            if (!Write(rest.Wire[..(1 + rest.Wire[0])]))
            {
                return false;
            }
        }

        return Write([0]);
    }

    private bool WriteUInt16(ushort value) => Write([(byte)(value >> 8), (byte)value]);

    private bool Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _maxSize - Size)
        {
            return false;
        }

        if (bytes.Length > _bytes.Length - Size)
        {
            Array.Resize(ref _bytes, Math.Min(_maxSize, Math.Max(2 * _bytes.Length, Size + bytes.Length)));
        }

        bytes.CopyTo(_bytes.AsSpan(Size));
        Size += bytes.Length;
        return true;
    }
}
