using System.Buffers.Binary;
using System.Text;

namespace Meshara.Mdns.Tests.Dns;

/// <summary>Packets put together byte by byte, so that they owe nothing to the writer.</summary>
internal sealed class Bytes
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    /// <summary>A header.</summary>
    public static Bytes Of(int flags, int questions = 0, int answers = 0, int authorities = 0, int additionals = 0, int id = 0) =>
        new Bytes().U16(id).U16(flags).U16(questions).U16(answers).U16(authorities).U16(additionals);

    public static byte[] OfHex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public Bytes U16(int value)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, (ushort)value);
        _bytes.AddRange(two);
        return this;
    }

    public Bytes U32(uint value) => U16((int)(value >> 16)).U16((int)(value & 0xffff));

    public Bytes Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public Bytes Hex(string hex) => Raw(OfHex(hex));

    /// <summary>Labels without the final zero.</summary>
    public Bytes Labels(params string[] labels)
    {
        foreach (var label in labels)
        {
            var utf8 = Encoding.UTF8.GetBytes(label);
            Raw([(byte)utf8.Length, .. utf8]);
        }

        return this;
    }

    /// <summary>Dots between labels.</summary>
    public Bytes Name(string name) => Labels(name.Split('.')).Raw(0);

    public Bytes Pointer(int offset) => U16(0xc000 | offset);

    /// <summary>Type, class, time to live, length and data.</summary>
    public Bytes Data(int type, int kind, uint ttl, Action<Bytes> data)
    {
        U16(type).U16(kind).U32(ttl).U16(0);
        var start = Length;
        data(this);
        (_bytes[start - 2], _bytes[start - 1]) = ((byte)((Length - start) >> 8), (byte)(Length - start));
        return this;
    }

    public byte[] ToArray() => [.. _bytes];
}
