using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

namespace Meshara.Core.Wire;

/// <summary>
/// Bytes as a word that a person can copy: the 32 lower-case characters of Crockford's base 32, in which no two look alike, five bits
/// each, most significant first. The last four bytes are the CRC-32C (RFC 3720, appendix B.4) of a prefix and of all before, so that one
/// changed character, and two swapped neighbours, are always noticed: they are a burst of at most ten bits.
/// </summary>
internal static class CopySafe
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private const int BitsPerCharacter = 5;

    /// <summary>The word, without the prefix.</summary>
    public static string Write(string prefix, ReadOnlySpan<byte> content)
    {
        var bytes = new byte[content.Length + sizeof(uint)];
        content.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(content.Length), Checksum(prefix, content));
        var word = new StringBuilder(LengthOf(bytes.Length));
        var (waiting, count) = (0, 0);
        foreach (var next in bytes)
        {
            (waiting, count) = ((waiting << 8) | next, count + 8);
            for (; count >= BitsPerCharacter; count -= BitsPerCharacter)
            {
                word.Append(Alphabet[(waiting >> (count - BitsPerCharacter)) & 31]);
            }

            waiting &= (1 << count) - 1;
        }

        return count == 0 ? $"{word}" : $"{word.Append(Alphabet[waiting << (BitsPerCharacter - count)])}";
    }

    /// <summary>Reads it; false if it is not exactly as it was written with that prefix.</summary>
    public static bool TryRead(string prefix, ReadOnlySpan<char> word, [NotNullWhen(true)] out byte[]? content)
    {
        content = null;
        var bytes = new byte[word.Length * BitsPerCharacter / 8];
        if (bytes.Length < sizeof(uint) || LengthOf(bytes.Length) != word.Length)
        {
            return false;
        }

        var (waiting, count, at) = (0, 0, 0);
        foreach (var character in word)
        {
            var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0)
            {
                return false;
            }

            (waiting, count) = ((waiting << BitsPerCharacter) | value, count + BitsPerCharacter);
            if (count >= 8)
            {
                count -= 8;
                bytes[at++] = (byte)(waiting >> count);
                waiting &= (1 << count) - 1;
            }
        }

        // The bits beyond the last byte are none of the content: if they were let vary, two words would be one.
        var read = bytes.AsSpan(..^sizeof(uint));
        if (waiting != 0 || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(read.Length)) != Checksum(prefix, read))
        {
            return false;
        }

        content = read.ToArray();
        return true;
    }

    private static int LengthOf(int bytes) => ((bytes * 8) + BitsPerCharacter - 1) / BitsPerCharacter;

    private static uint Checksum(string prefix, ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var b in Encoding.ASCII.GetBytes(prefix))
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        foreach (var b in content)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
