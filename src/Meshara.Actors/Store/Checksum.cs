using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Serialization;
using System.Text;

namespace Meshara.Actors.Store;

/// <summary>
/// Four bytes behind each stored row by which a flipped bit or a cut end is noticed: the CRC-32C (RFC 3720, appendix B.4) of the row's
/// manifest and bytes, little-endian. SQLite's own check sees damage to its pages and indexes, and none to what stands in a row.
/// </summary>
internal static class Checksum
{
    public const int Size = sizeof(uint);

    public static byte[] Append(string manifest, byte[] body)
    {
        var stored = new byte[body.Length + Size];
        body.CopyTo(stored, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(stored.AsSpan(body.Length), Of(manifest, body));
        return stored;
    }

    /// <summary>What the checksum stands behind.</summary>
    /// <exception cref="SerializationException">The row is not as it was written.</exception>
    public static ReadOnlyMemory<byte> Verify(string manifest, ReadOnlyMemory<byte> stored)
    {
        if (stored.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(stored.Span[^Size..]) != Of(manifest, stored.Span[..^Size]))
        {
            throw new SerializationException($"a stored row of the kind '{manifest}' is damaged: its checksum is wrong");
        }

        return stored[..^Size];
    }

    private static uint Of(string manifest, ReadOnlySpan<byte> body)
    {
        var crc = Add(uint.MaxValue, Encoding.UTF8.GetBytes(manifest));
        return ~Add(crc, body);
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }
}
