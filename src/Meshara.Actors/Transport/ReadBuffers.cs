using System.Buffers;
using System.Collections.Concurrent;

namespace Meshara.Actors.Transport;

/// <summary>
/// The buffers that connections read into, shared by all. When very many of them have something to read at once, as many buffers are out; the
/// pool of the runtime keeps 64 on two cores, and would have the others made and cleared anew each time.
/// </summary>
internal sealed class ReadBuffers : MemoryPool<byte>
{
    /// <summary>One read fills at most this; it is also the largest TLS record (RFC 8446 section 5.1). In bytes.</summary>
    public const int Size = 16 * 1024;

    /// <summary>So many are kept while nobody needs them: 4 MiB.</summary>
    private const int MostKept = 256;

    private readonly ConcurrentStack<Buffer> _kept = new();
    private int _count;

    /// <summary>That of this process.</summary>
    public static ReadBuffers All { get; } = new();

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        if (minBufferSize > Size)
        {
            return Shared.Rent(minBufferSize);
        }

        if (!_kept.TryPop(out var buffer))
        {
            return new Buffer(this);
        }

        Interlocked.Decrement(ref _count);
        return buffer;
    }

    protected override void Dispose(bool disposing)
    {
        // It lives as long as the process.
    }

    private void Return(Buffer buffer)
    {
        if (Interlocked.Increment(ref _count) > MostKept)
        {
            Interlocked.Decrement(ref _count);
            return;
        }

        _kept.Push(buffer);
    }

    private sealed class Buffer(ReadBuffers owner) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Size);

        public Memory<byte> Memory => _bytes;

        public void Dispose() => owner.Return(this);
    }
}
