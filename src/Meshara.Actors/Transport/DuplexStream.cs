namespace Meshara.Actors.Transport;

/// <summary>One end of an in-memory connection: it reads from one pipe and writes to the other.</summary>
internal sealed class DuplexStream(MemoryPipe incoming, IOutgoing outgoing, Action closed) : AsyncStream
{
    private bool _closed;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        incoming.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return outgoing.WriteAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            outgoing.End();
            incoming.Abandon();
            closed();
        }

        base.Dispose(disposing);
    }
}
