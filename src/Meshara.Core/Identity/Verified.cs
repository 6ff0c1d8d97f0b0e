using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Meshara.Core.Identity;

/// <summary>
/// What was verified of bytes that come again: the certificate and the record of a peer are the same at each of its connections, and a proof that
/// holds for bytes holds for the same bytes for ever. Only what was verified is remembered, the latest of it. Thread-safe.
/// </summary>
/// <param name="most">So many are remembered; up to twice as many at times.</param>
internal sealed class Verified<T>(int most)
    where T : class
{
    private volatile ConcurrentDictionary<byte[], T> _young = New();
    private volatile ConcurrentDictionary<byte[], T> _old = New();

    /// <summary>How many are remembered.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>What was remembered of the very same bytes.</summary>
    public bool TryGet(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? verified)
    {
        if (_young.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(bytes, out verified))
        {
            return true;
        }

        if (!_old.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(bytes, out verified))
        {
            return false;
        }

        Add(bytes, verified);
        return true;
    }

    public void Add(ReadOnlySpan<byte> bytes, T verified)
    {
        var young = _young;
        if (young.TryAdd(bytes.ToArray(), verified) && young.Count >= most)
        {
            // What was not asked for since the last time goes. Two threads that are here at once only forget more.
            (_old, _young) = (young, New());
        }
    }

    private static ConcurrentDictionary<byte[], T> New() => new(ByContent.Instance);

    private sealed class ByContent : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly ByContent Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes) => GetHashCode(bytes.AsSpan());

        public bool Equals(ReadOnlySpan<byte> bytes, byte[] other) => bytes.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> bytes)
        {
            // Seeded anew in each process.
            HashCode hash = default;
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> bytes) => bytes.ToArray();
    }
}
