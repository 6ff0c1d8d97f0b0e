using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// Peers as a node comes to know them: each with a key and an IPv4 address of its own; every third met, the others heard of; every fourth
/// with an entry in its history. The same number is always the same peer.
/// </summary>
internal static class Population
{
    /// <summary>About now, so that nobody is too old to be of use.</summary>
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<KnownPeer> Of(int count, bool records) => Enumerable.Range(0, count).Select(i => Peer(i, records));

    public static KnownPeer Peer(int i, bool record)
    {
        var key = KeyOf(i);
        var met = i % 3 == 0;
        var seen = Epoch.AddSeconds(-i % 86_400);
        return new KnownPeer
        {
            Id = NodeId.Of(key),
            Key = key,
            Source = met ? PeerSource.Inbound : PeerSource.Exchange,
            FirstSeen = seen.AddDays(-10),
            LastSeen = met ? seen : null,
            Addresses = [new KnownAddress(AddressOf(i), Proven: met, LastTry: met ? seen : null)],
            Reputation = i % 4 == 0 ? new Reputation(0.5, seen, 0.5, seen) : Reputation.New,
            History = i % 4 == 0
                ? ReputationHistory.Of([new ReputationEntry(seen, ReputationStep.Judged, ReputationCause.MessageDelivered, 0.5, 0.5)])
                : ReputationHistory.Empty,
            Record = record ? RecordOf(i) : null,
            ToldBy = met ? null : NodeId.Of(KeyOf(i / 64)),
            BytesSent = met ? 10_000L * i : 0,
            BytesReceived = met ? 12_000L * i : 0,
        };
    }

    public static PublicKey KeyOf(int i) => PublicKey.FromBytes(Hash("key", i));

    /// <summary>All over the public address space, 256 to a /16 at most.</summary>
    public static PeerAddress AddressOf(int i)
    {
        // An odd factor permutes the numbers below 2^24: no two peers share an address.
        var mixed = unchecked((uint)i * 0x9E3779B1u) & 0xFFFFFF;
        return PeerAddress.Of(new IPAddress([(byte)(20 + (i >> 24)), (byte)(mixed >> 16), (byte)(mixed >> 8), (byte)mixed]), 7373);
    }

    /// <summary>A record of the usual size. Only who receives one verifies it, so the signature may be any 64 bytes.</summary>
    public static SignedRecord RecordOf(int i, int version = 0)
    {
        var body = new PeerRecordBody
        {
            PublicKey = ByteString.CopyFrom(KeyOf(i).ToByteArray()),
            Sequence = (ulong)(Epoch.ToUnixTimeMilliseconds() + version),
            Network = "meshara",
        };
        body.Addresses.Add(AddressOf(i).ToWire());
        var bytes = new SignedPeerRecord
        {
            Record = body.ToByteString(),
            Signature = ByteString.CopyFrom([.. Hash("signature", i), .. Hash("signature", -i)]),
        }.ToByteArray();
        return SignedRecord.TryRead(bytes, out var record) ? record : throw new InvalidOperationException("The record cannot be read.");
    }

    private static byte[] Hash(string what, int i)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, i);
        return SHA256.HashData([.. System.Text.Encoding.ASCII.GetBytes(what), .. number]);
    }
}
