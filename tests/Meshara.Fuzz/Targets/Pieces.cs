using System.Buffers;

namespace Meshara.Fuzz.Targets;

/// <summary>Bytes in pieces whose sizes follow from the bytes, as they come from a network.</summary>
internal sealed class Pieces : ReadOnlySequenceSegment<byte>
{
    private Pieces(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

    public static ReadOnlySequence<byte> Of(byte[] bytes)
    {
        var first = new Pieces(default, 0);
        var last = first;
        for (var at = 0; at < bytes.Length;)
        {
            var size = Math.Min(bytes.Length - at, 1 + (bytes[at] % 7));
            var next = new Pieces(bytes.AsMemory(at, size), at);
            last.Next = next;
            last = next;
            at += size;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
