using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Meshara.Core.Peers;

namespace Meshara.Core.Identity;

/// <summary>A record that was verified, and the very bytes that its node signed: only these can be passed on.</summary>
/// <param name="Sequence">Which of the node's records it is.</param>
/// <param name="Addresses">All that it names, believed or not.</param>
/// <param name="Bytes">At most <see cref="PeerRecord.MaxSize"/>.</param>
internal sealed record SignedRecord(ulong Sequence, ImmutableArray<PeerAddress> Addresses, ReadOnlyMemory<byte> Bytes)
{
    public static SignedRecord Of(PeerRecord record, ReadOnlyMemory<byte> bytes) => new(record.Sequence, record.Addresses, bytes);

    /// <summary>Reads back what was verified before it was stored: ten thousand signatures would hold a start up for half a second.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SignedRecord? record)
    {
        record = PeerRecord.TryDecode(bytes.Span, out var read) ? Of(read, bytes) : null;
        return record is not null;
    }

    public bool Equals(SignedRecord? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode() => Sequence.GetHashCode();
}
