namespace Meshara.Actors.Transport;

/// <summary>
/// What is under TLS: it holds what the handshake writes until the other side is waited for. The last flight of each end (RFC 8446 section
/// 2) waits for nothing, so that it goes out with the first message that follows it: two packets, two calls of the system and two wakes of
/// the other side less for each connection. Who reads before writing anything sends it alone, and loses nothing.
/// </summary>
/// <param name="inner">The connection, whose writes keep the order in which they began.</param>
internal sealed class LastFlightStream(Stream inner) : AsyncStream
{
    private readonly Lock _gate = new();
    private volatile byte[]? _held;
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

        _held = [.. _held ?? [], .. buffer.Span];
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
            ReadOnlyMemory<byte> bytes = _held is null ? more : (byte[])[.. _held, .. more.Span];
            var write = bytes.IsEmpty ? ValueTask.CompletedTask : inner.WriteAsync(bytes, cancellation);
            _held = null;
            return write;
        }
    }
}
