namespace Meshara.Actors.Telemetry;

/// <summary>How the peer store keeps up. Written by its actors, read by whoever collects.</summary>
internal sealed class StoreFigures(KeyValuePair<string, object?> node)
{
    private int _queued;
    private long _lastWrite;

    /// <summary>Commands that the store has not dealt with yet, those among them that wait for a database that is away.</summary>
    public int Queued
    {
        get => Volatile.Read(ref _queued);
        set => Volatile.Write(ref _queued, value);
    }

    /// <summary>When something last became durable; null before the first time.</summary>
    public DateTimeOffset? LastWrite => Interlocked.Read(ref _lastWrite) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>A transaction is on the disk.</summary>
    public void Wrote(TimeSpan took, DateTimeOffset at)
    {
        Interlocked.Exchange(ref _lastWrite, at.UtcTicks);
        Instruments.StoreWrite.Record(took.TotalSeconds, node);
    }
}
