using Meshara.Actors.Transport;

namespace Meshara.Actors.Tests.Transport;

/// <summary>Counts what is received through it.</summary>
internal sealed class CountingStream(Stream inner) : AsyncStream
{
    public int Received { get; set; }

    /// <summary>Each read that came with something.</summary>
    public int Reads { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Received += read;
        Reads += read > 0 ? 1 : 0;
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);
}
