using System.Buffers.Binary;
using Shouldly;

namespace Meshara.Actors.Tests.Transport;

/// <summary>More bytes than any buffer between two ends holds, in which each place can be told from every other.</summary>
internal static class NumberedBytes
{
    private const int Count = 200_000, Chunk = 5_000;

    public static async Task Send(Stream stream, CancellationToken cancellation)
    {
        var chunk = new byte[Chunk * sizeof(int)];
        for (var i = 0; i < Count; i += Chunk)
        {
            for (var k = 0; k < Chunk; k++)
            {
                BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(k * sizeof(int)), i + k);
            }

            await stream.WriteAsync(chunk, cancellation);
        }
    }

    public static async Task Take(Stream stream, CancellationToken cancellation)
    {
        var all = new byte[Count * sizeof(int)];
        await stream.ReadExactlyAsync(all, cancellation);
        Enumerable.Range(0, Count).All(i => BinaryPrimitives.ReadInt32BigEndian(all.AsSpan(i * sizeof(int))) == i).ShouldBeTrue();
    }
}
