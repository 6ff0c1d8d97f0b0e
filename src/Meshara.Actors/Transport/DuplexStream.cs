using System.Buffers;
using System.IO.Pipelines;

namespace Meshara.Actors.Transport;

/// <summary>One end of an in-memory connection: it reads from one pipe and writes to the other. A full pipe holds the writer back.</summary>
internal sealed class DuplexStream(PipeReader reader, PipeWriter writer) : Stream
{
    private bool _closed;

    /// <summary>What is written vanishes, as on a network that is cut.</summary>
    public volatile bool Silent;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var taken = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
        taken.CopyTo(buffer.Span);

        // A read of no bytes only waits until there are some.
        reader.AdvanceTo(taken.End);
        return (int)taken.Length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Silent)
        {
            return;
        }

        var flushed = await writer.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (flushed.IsCompleted)
        {
            throw new IOException("The other side has closed.");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            reader.CancelPendingRead();
            if (!Silent)
            {
                writer.Complete();
            }
        }

        base.Dispose(disposing);
    }
}
