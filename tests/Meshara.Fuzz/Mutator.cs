using System.Buffers.Binary;

namespace Meshara.Fuzz;

/// <summary>Makes inputs that are nearly right out of such as are, from a seed: the same each time.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words, int maxLength)
{
    /// <summary>Where parsers are wrong when they are: signs, ends of ranges, what stands before a length.</summary>
    private static readonly uint[] Telling =
        [0, 1, 2, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 192, 254, 255, 256, 257, 1023, 1024, 1025, 4096, 32767, 32768, 65535, 65536,
            int.MaxValue, 0x80000000, 0x80000001, uint.MaxValue - 1, uint.MaxValue];

    /// <summary>One to sixteen edits of <paramref name="input"/>; <paramref name="other"/> lends its parts.</summary>
    public byte[] Next(byte[] input, byte[] other)
    {
        List<byte> bytes = [.. input];
        for (var edits = 1 << random.Next(5); edits > 0; edits--)
        {
            Edit(bytes, other);
        }

        return [.. bytes.Take(maxLength)];
    }

    private void Edit(List<byte> bytes, byte[] other)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(Any(random.Next(1, 9)));
            return;
        }

        var at = random.Next(bytes.Count);
        switch (random.Next(13))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes[at] += (byte)random.Next(-8, 9);
                break;
            case 3:
                Put(bytes, at, Number(), isInserted: random.Next(4) == 0);
                break;
            case 4:
                bytes.RemoveRange(at, Few(bytes.Count - at));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                bytes.InsertRange(at, Any(random.Next(1, 9)));
                break;
            case 7:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 64)));
                break;
            case 8:
                // Itself again: what may stand once stands twice.
                var (from, count) = (random.Next(bytes.Count), Few(bytes.Count));
                bytes.InsertRange(at, bytes.Skip(from).Take(count).ToArray());
                break;
            case 9 when other.Length > 0:
                var start = random.Next(other.Length);
                Put(bytes, at, other.AsSpan(start, Few(other.Length - start)).ToArray(), isInserted: random.Next(2) == 0);
                break;
            case 10 when other.Length > 0:
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(random.Next(other.Length)));
                break;
            case 11 when words.Count > 0:
                Put(bytes, at, words[random.Next(words.Count)], isInserted: random.Next(2) == 0);
                break;
            default:
                var with = random.Next(bytes.Count);
                (bytes[at], bytes[with]) = (bytes[with], bytes[at]);
                break;
        }
    }

    /// <summary>Short parts are likelier: a large one seldom leaves anything well-formed.</summary>
    private int Few(int most) => Math.Min(most, 1 + random.Next(1 << random.Next(11)));

    private static void Put(List<byte> bytes, int at, byte[] part, bool isInserted)
    {
        if (!isInserted)
        {
            bytes.RemoveRange(at, Math.Min(part.Length, bytes.Count - at));
        }

        bytes.InsertRange(at, part);
    }

    /// <summary>In one, two or four bytes of either order, or as protobuf writes it.</summary>
    private byte[] Number()
    {
        var value = Telling[random.Next(Telling.Length)];
        var four = new byte[4];
        switch (random.Next(5))
        {
            case 0:
                return [(byte)value];
            case 1:
                return [(byte)(value >> 8), (byte)value];
            case 2:
                BinaryPrimitives.WriteUInt32BigEndian(four, value);
                return four;
            case 3:
                BinaryPrimitives.WriteUInt32LittleEndian(four, value);
                return four;
            default:
                var varint = new List<byte>();
                for (; value > 0x7f; value >>= 7)
                {
                    varint.Add((byte)(value | 0x80));
                }

                return [.. varint, (byte)value];
        }
    }

    private byte[] Any(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
