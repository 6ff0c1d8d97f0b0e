using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Meshara.Core.Peers;

namespace Meshara.Core.Identity;

/// <summary>A peer's record with the very bytes that its node signed: only these can be passed on.</summary>
/// <param name="Content">What it says.</param>
/// <param name="Bytes">At most <see cref="PeerRecord.MaxSize"/>.</param>
internal sealed record SignedRecord(PeerRecord Content, ReadOnlyMemory<byte> Bytes)
{
    public NodeId Peer => Content.Id;

    public ulong Sequence => Content.Sequence;

    /// <summary>All that it names, whether they are believed or not.</summary>
    public ImmutableArray<PeerAddress> Addresses => Content.Addresses;

    /// <summary>Reads and verifies what came from somebody else.</summary>
    public static bool TryVerify(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SignedRecord? record)
    {
        record = PeerRecord.TryVerify(bytes.Span, out var read) ? new SignedRecord(read, bytes) : null;
        return record is not null;
    }

    /// <summary>Reads back what was verified before it was stored: ten thousand signatures would hold a start up for half a second.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SignedRecord? record)
    {
        record = PeerRecord.TryDecode(bytes.Span, out var read) ? new SignedRecord(read, bytes) : null;
        return record is not null;
    }

    public bool Equals(SignedRecord? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode() => Sequence.GetHashCode();
}
