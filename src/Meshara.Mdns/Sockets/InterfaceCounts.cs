namespace Meshara.Mdns.Sockets;

/// <summary>What came and went on one interface. Thread-safe.</summary>
internal sealed class InterfaceCounts
{
    private long _sent;
    private long _heard;
    private long _fromOthers;
    private long _errors;

    /// <summary>Packets that were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Packets that came in and were told of, our own multicasts among them.</summary>
    public long Heard => Interlocked.Read(ref _heard);

    /// <summary>Those of them that came from another host.</summary>
    public long FromOthers => Interlocked.Read(ref _fromOthers);

    /// <summary>Packets that were not sent, and attempts to join the group that failed.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    public void Send() => Interlocked.Increment(ref _sent);

    public void Hear(bool isOwn)
    {
        Interlocked.Increment(ref _heard);
        if (!isOwn)
        {
            Interlocked.Increment(ref _fromOthers);
        }
    }

    public void Fail() => Interlocked.Increment(ref _errors);
}
