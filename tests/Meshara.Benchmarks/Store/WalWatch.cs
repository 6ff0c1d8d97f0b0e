using System.Buffers.Binary;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// Counts the transactions of an SQLite database from outside: in its write-ahead log the last frame of each has the size of the database
/// after the commit, all others a 0 (sqlite.org/fileformat2.html, section 4.1). Looks often enough that a log which begins anew after a
/// checkpoint has not yet overwritten what was not looked at.
/// </summary>
internal sealed class WalWatch : IDisposable
{
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(5);

    private readonly FileStream _log;
    private readonly ManualResetEvent _stop = new(initialState: false);
    private readonly Thread _watching;
    private ulong _salt;
    private long _next = HeaderSize;
    private bool _counting;

    public WalWatch(string database)
    {
        _log = new FileStream($"{database}-wal", FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Look();
        _counting = true;

        // A thread of its own: what is measured may keep those of the pool busy.
        _watching = new Thread(Watch) { IsBackground = true };
        _watching.Start();
    }

    public int Transactions { get; private set; }

    public int Pages { get; private set; }

    public int PageSize { get; private set; }

    /// <summary>The log began anew so long before it was looked at that transactions may have gone uncounted.</summary>
    public bool HasMissed { get; private set; }

    /// <summary>Ends the counting; what was committed until now is in it.</summary>
    public void Dispose()
    {
        _stop.Set();
        _watching.Join();
        Look();
        _log.Dispose();
        _stop.Dispose();
    }

    private void Watch()
    {
        while (!_stop.WaitOne(Every))
        {
            Look();
        }
    }

    private void Look()
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (RandomAccess.Read(_log.SafeFileHandle, header, 0) < HeaderSize)
        {
            return;
        }

        var salt = BinaryPrimitives.ReadUInt64BigEndian(header[16..]);
        if (salt != _salt)
        {
            // The log has begun anew: what is left of the one before still stands where the new one has not come yet.
            CountFrames();
            var (before, end) = (_salt, _next);
            (_salt, _next) = (salt, HeaderSize);
            PageSize = (int)BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
            CountFrames();

            // The first half of the salt is one more with each new log.
            HasMissed |= before != 0 && ((uint)(salt >> 32) != (uint)(before >> 32) + 1 || _next > end);
            return;
        }

        CountFrames();
    }

    /// <summary>The frames of this log from the place where the last look ended.</summary>
    private void CountFrames()
    {
        Span<byte> frame = stackalloc byte[FrameHeaderSize];
        while (PageSize > 0 && RandomAccess.Read(_log.SafeFileHandle, frame, _next) == FrameHeaderSize
            && BinaryPrimitives.ReadUInt64BigEndian(frame[8..]) == _salt)
        {
            _next += FrameHeaderSize + PageSize;
            if (_counting)
            {
                Pages++;
                Transactions += BinaryPrimitives.ReadUInt32BigEndian(frame[4..]) != 0 ? 1 : 0;
            }
        }
    }
}
