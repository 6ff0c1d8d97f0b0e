using System.Buffers;
using System.Runtime.InteropServices;
using Meshara.Actors.Transport;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>The buffers that connections read into.</summary>
public sealed class ReadBuffersTests
{
    private readonly ReadBuffers _buffers = new();

    [Fact]
    public void A_buffer_that_is_given_back_is_lent_again_and_never_to_two()
    {
        var first = Rent(300);
        first.Select(ArrayOf).Distinct().Count().ShouldBe(300);
        first.ForEach(b => b.Dispose());

        var second = Rent(300);
        second.Select(ArrayOf).Distinct().Count().ShouldBe(300);

        // As many are kept as may be; the others were let go.
        second.Select(ArrayOf).Intersect(first.Select(ArrayOf)).Count().ShouldBe(256);
    }

    [Fact]
    public void One_that_must_be_larger_is_not_of_these()
    {
        using var large = _buffers.Rent(ReadBuffers.Size + 1);
        large.Memory.Length.ShouldBeGreaterThan(ReadBuffers.Size);
        using var plain = _buffers.Rent();
        plain.Memory.Length.ShouldBe(ReadBuffers.Size);
    }

    [Fact]
    public void Many_threads_may_rent()
    {
        Parallel.For(0, 20_000, i =>
        {
            using var buffer = _buffers.Rent(ReadBuffers.Size);
            var mine = MemoryMarshal.Cast<byte, int>(buffer.Memory.Span);
            mine[0] = mine[^1] = i;
            Thread.Yield();
            (mine[0], mine[^1]).ShouldBe((i, i));
        });
    }

    private List<IMemoryOwner<byte>> Rent(int count) => [.. Enumerable.Range(0, count).Select(_ => _buffers.Rent(ReadBuffers.Size))];

    private static byte[] ArrayOf(IMemoryOwner<byte> buffer)
    {
        MemoryMarshal.TryGetArray<byte>(buffer.Memory, out var segment).ShouldBeTrue();
        return segment.Array!;
    }
}
