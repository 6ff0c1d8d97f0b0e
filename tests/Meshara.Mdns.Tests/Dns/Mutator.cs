namespace Meshara.Mdns.Tests.Dns;

/// <summary>Makes packets that are nearly right, from a seed: the same each time.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> costly)
{
    private const int MaxSize = 9001;

    // Where parsers are wrong when they are: signs, ends of ranges, kinds of labels, the types that are known.
    private static readonly byte[] Telling =
        [0, 1, 2, 5, 12, 16, 28, 33, 47, 63, 64, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xfe, 0xff];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        if (_random.Next(16) == 0)
        {
            return Noise();
        }

        // The costly ones take their time to read; one in 256 is enough to find what they can find.
        var source = _random.Next(256) == 0 ? costly : corpus;
        List<byte> packet = [.. source[_random.Next(source.Count)]];
        for (var edits = _random.Next(5); edits > 0 && packet.Count > 0; edits--)
        {
            Edit(packet);
        }

        return [.. packet.Take(MaxSize)];
    }

    private void Edit(List<byte> packet)
    {
        var at = _random.Next(packet.Count);
        switch (_random.Next(9))
        {
            case 0:
                packet[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                packet[at] = (byte)_random.Next(256);
                break;
            case 2:
                packet[at] = Telling[_random.Next(Telling.Length)];
                break;
            case 3:
                packet.RemoveRange(at, packet.Count - at);
                break;
            case 4:
                packet.RemoveRange(at, Math.Min(packet.Count - at, _random.Next(1, 12)));
                break;
            case 5:
                packet.InsertRange(at, Bytes(_random.Next(1, 12)));
                break;
            case 6:
                // The tail of another packet, or of itself: records whose pointers lead somewhere else.
                var other = corpus[_random.Next(corpus.Count)];
                packet.RemoveRange(at, packet.Count - at);
                packet.AddRange(other.AsSpan(_random.Next(other.Length)));
                break;
            case 7:
                EditNumber(packet, at);
                break;
            case 8:
                // A count in the header.
                var count = 4 + _random.Next(8);
                if (count < packet.Count)
                {
                    packet[count] = count % 2 == 0 ? (byte)_random.Next(3) : (byte)_random.Next(6);
                }

                break;
        }
    }

    // A length off by a little, or a pointer to some place.
    private void EditNumber(List<byte> packet, int at)
    {
        if (at + 1 >= packet.Count)
        {
            return;
        }

        if (_random.Next(2) == 0)
        {
            packet[at] += (byte)_random.Next(-2, 3);
            return;
        }

        var target = _random.Next(packet.Count + 2);
        (packet[at], packet[at + 1]) = ((byte)(0xc0 | (target >> 8)), (byte)target);
    }

    // Of any bytes; half of them behind a header that lets a parser in.
    private byte[] Noise()
    {
        var packet = Bytes(_random.Next(200));
        if (packet.Length >= 12 && _random.Next(2) == 0)
        {
            packet.AsSpan(2, 10).Clear();
            (packet[2], packet[5], packet[7]) = (0x84, (byte)_random.Next(2), (byte)_random.Next(4));
        }

        return packet;
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
