using System.Buffers.Binary;

namespace Meshara.Actors.Tests.Store;

/// <summary>Counts transactions by what stands in SQLite's write-ahead log (sqlite.org/fileformat2.html, section 4).</summary>
internal sealed class WalFile(string path)
{
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;

    private byte[] _salts = [];
    private int _counted;

    /// <summary>Since the first look. A log that is full begins anew, so one must look often.</summary>
    public int Commits { get; private set; }

    public void Look()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var isFirst = _salts.Length == 0;
        var (pageSize, salts) = (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8)), bytes[16..24]);
        if (!salts.SequenceEqual(_salts))
        {
            (_salts, _counted) = (salts, 0);
        }

        var commits = 0;
        for (var at = HeaderSize; at + FrameHeaderSize <= bytes.Length && bytes.AsSpan(at + 8, 8).SequenceEqual(salts); at += FrameHeaderSize + pageSize)
        {
            // The last frame of a transaction says how many pages the database has after it.
            commits += BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 4)) > 0 ? 1 : 0;
        }

        Commits += isFirst ? 0 : commits - _counted;
        _counted = commits;
    }
}
