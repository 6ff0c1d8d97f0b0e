using System.Buffers;

namespace Meshara.Actors.Transport;

/// <summary>
/// What is under TLS: it holds what the handshake writes until the other side is waited for. The last flight of each end (RFC 8446 section
/// 2) waits for nothing, so that it goes out with the first message that follows it: two packets, two calls of the system and two wakes of
/// the other side less for each connection. Who reads before writing anything sends it alone, and loses nothing.
/// </summary>
/// <param name="inner">The connection, whose writes keep the order in which they began.</param>
internal sealed class LastFlightStream(Stream inner) : AsyncStream
{
    /// <summary>A flight and the message after it fit into this, with the certificates of nodes. In bytes.</summary>
    private const int UsualSize = 2048;

    private readonly Lock _gate = new();

    /// <summary>Rented; null: nothing is held.</summary>
    private volatile byte[]? _held;
    private int _size;
    private volatile bool _isOver;

    /// <summary>The handshake is over: what is written from now on is held no more.</summary>
    public void EndHandshake() => _isOver = true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _held is null ? inner.ReadAsync(buffer, cancellationToken) : SendAndReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isOver)
        {
            return _held is null ? inner.WriteAsync(buffer, cancellationToken) : SendAsync(buffer, cancellationToken);
        }

        Hold(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Nothing as long as the handshake goes on: TLS flushes after each write.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _isOver && _held is not null ? SendAsync(default, cancellationToken).AsTask() : Task.CompletedTask;

    /// <summary>What is held may be the reason why nothing follows, and is sent.</summary>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await SendAsync(default, default).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other side has left before.
        }

        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> SendAndReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        await SendAsync(default, cancellation).ConfigureAwait(false);
        return await inner.ReadAsync(buffer, cancellation).ConfigureAwait(false);
    }

    /// <summary>A read and a write may find it at the same time: whichever comes second begins to write only when the first has.</summary>
    private ValueTask SendAsync(ReadOnlyMemory<byte> more, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_held is null)
            {
                return more.IsEmpty ? ValueTask.CompletedTask : inner.WriteAsync(more, cancellation);
            }

            Hold(more.Span);
            var write = inner.WriteAsync(_held.AsMemory(0, _size), cancellation);
            if (write.IsCompletedSuccessfully)
            {
                // One that is under way needs its bytes.
                ArrayPool<byte>.Shared.Return(_held);
            }

            (_held, _size) = (null, 0);
            return write;
        }
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        var held = _held ?? ArrayPool<byte>.Shared.Rent(UsualSize);
        if (held.Length - _size < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_size + bytes.Length);
            held.AsSpan(0, _size).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(held);
            held = larger;
        }

        bytes.CopyTo(held.AsSpan(_size));
        _size += bytes.Length;
        _held = held;
    }
}
