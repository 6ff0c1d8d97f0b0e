using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Simulation.Policies;

/// <summary>What the nodes say to each other, as objects.</summary>
internal static class ShellFrames
{
    public sealed record HelloFrame(Introduction Introduction);

    public sealed record PingFrame(ulong Nonce);

    public sealed record PongFrame(ulong Nonce);

    public sealed record GetPeersFrame
    {
        public static readonly GetPeersFrame Instance = new();
    }

    public sealed record PeersFrame(ImmutableArray<ReadOnlyMemory<byte>> Records);

    public sealed record GoodbyeFrame(Reason Reason);

    /// <summary>Those of the frames whose size is always about the same.</summary>
    public static int SizeOfPing { get; } = FrameCodec.SizeOf(new Envelope { Ping = new Ping { Nonce = long.MaxValue } });

    public static int SizeOfGoodbye { get; } = FrameCodec.SizeOf(new Envelope { Goodbye = new Goodbye { Reason = 1 } });

    public static int SizeOfGetPeers { get; } = FrameCodec.SizeOf(new Envelope { GetPeers = new GetPeers { Max = PeerExchange.MaxRecords } });

    public static int SizeOf(PeersFrame peers)
    {
        var told = new Peers();
        told.Records.AddRange(peers.Records.Select(r => UnsafeByteOperations.UnsafeWrap(r)));
        return FrameCodec.SizeOf(new Envelope { Peers = told });
    }
}

/// <summary>
/// Records that were read once, by the memory they lie in. Nobody here forges any, so signatures are not verified: a thousand nodes would do
/// little else.
/// </summary>
internal sealed class ReadRecords
{
    private readonly Dictionary<byte[], SignedRecord> _read = new(ReferenceEqualityComparer.Instance);

    public SignedRecord this[ReadOnlyMemory<byte> bytes]
    {
        get
        {
            var array = MemoryMarshal.TryGetArray(bytes, out var segment) ? segment.Array! : bytes.ToArray();
            if (!_read.TryGetValue(array, out var record))
            {
                record = SignedRecord.TryRead(bytes, out var read) ? read : throw new InvalidOperationException("A node has made a record that cannot be read.");
                _read.Add(array, record);
            }

            return record;
        }
    }
}
