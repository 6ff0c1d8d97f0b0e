namespace Meshara.Actors.Tests.Transport;

/// <summary>Counts what is received through it.</summary>
internal sealed class CountingStream(Stream inner) : Stream
{
    public int Received { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Received += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Disposes of all at the end of a test.</summary>
internal sealed class DisposableBag : IDisposable
{
    private readonly List<IDisposable> _all = [];

    public T Add<T>(T disposable)
        where T : IDisposable
    {
        _all.Add(disposable);
        return disposable;
    }

    public void Dispose() => _all.ForEach(d => d.Dispose());
}
