using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Google.Protobuf;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Core.Identity;

/// <summary>
/// What a node says of itself, signed with its identity: where it can be dialled and what it can do. A record proves
/// authorship, not reachability. Only a higher sequence number replaces a record.
/// </summary>
/// <param name="Key">Whose record it is.</param>
/// <param name="Sequence">When it was made, in milliseconds since the Unix epoch: so it grows also from start to start.</param>
/// <param name="Addresses">Where the node can be dialled.</param>
/// <param name="Capabilities">What it can do.</param>
internal sealed record PeerRecord(
    PublicKey Key, ulong Sequence, ImmutableArray<PeerAddress> Addresses, ImmutableArray<string> Capabilities)
{
    /// <summary>The network that the node belongs to; at most <see cref="Handshake.MaxNetworkLength"/> characters.</summary>
    public string Network { get; init; } = "";

    /// <summary>The largest signed record, in bytes.</summary>
    public const int MaxSize = 1024;

    public const int MaxAddresses = 8;

    public const int MaxCapabilities = 16;

    public const int MaxCapabilityLength = 32;

    /// <summary>Keeps a signature over a record from being passed off as one over something else.</summary>
    private static readonly byte[] Domain = Encoding.ASCII.GetBytes("meshara-peer-record:1:");

    /// <summary>Whose record it is; made once, for it is asked for again and again.</summary>
    public NodeId Id { get; } = NodeId.Of(Key);

    /// <summary>Signs and encodes.</summary>
    /// <exception cref="ArgumentException">The record is not <paramref name="identity"/>'s own, or over a limit.</exception>
    public byte[] Sign(NodeIdentity identity)
    {
        if (identity.PublicKey != Key)
        {
            throw new ArgumentException("A record is signed by the node that it speaks of.", nameof(identity));
        }

        var body = new PeerRecordBody { PublicKey = ByteString.CopyFrom(Key.ToByteArray()), Sequence = Sequence, Network = Network };
        body.Addresses.AddRange(Addresses.Select(a => a.ToWire()));
        body.Capabilities.AddRange(Capabilities);
        var bytes = body.ToByteArray();
        var signed = new SignedPeerRecord
        {
            Record = ByteString.CopyFrom(bytes),
            Signature = ByteString.CopyFrom(identity.Sign([.. Domain, .. bytes])),
        }.ToByteArray();
        return WithinLimits(body) && signed.Length <= MaxSize
            ? signed
            : throw new ArgumentException("The record is over a limit.", nameof(identity));
    }

    /// <summary>Decodes and verifies a signed record. Of its addresses, kinds that are unknown here are left out.</summary>
    public static bool TryVerify(ReadOnlySpan<byte> signed, [NotNullWhen(true)] out PeerRecord? record) =>
        TryDecode(signed, verify: true, out record);

    /// <summary>Decodes a record that was verified before: its signature is not looked at.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> verified, [NotNullWhen(true)] out PeerRecord? record) =>
        TryDecode(verified, verify: false, out record);

    private static bool TryDecode(ReadOnlySpan<byte> signed, bool verify, [NotNullWhen(true)] out PeerRecord? record)
    {
        record = null;
        if (signed.Length > MaxSize)
        {
            return false;
        }

        try
        {
            var envelope = SignedPeerRecord.Parser.ParseFrom(signed);
            var body = PeerRecordBody.Parser.ParseFrom(envelope.Record);
            if (body.PublicKey.Length != PublicKey.Size || !WithinLimits(body))
            {
                return false;
            }

            var key = PublicKey.FromBytes(body.PublicKey.Span);
            if (verify && !key.Verifies([.. Domain, .. envelope.Record.Span], envelope.Signature.Span))
            {
                return false;
            }

            var addresses = ImmutableArray.CreateBuilder<PeerAddress>(body.Addresses.Count);
            foreach (var told in body.Addresses)
            {
                if (Wire.Addresses.TryFromWire(told, out var address))
                {
                    addresses.Add(address);
                }
            }

            record = new PeerRecord(key, body.Sequence, addresses.DrainToImmutable(), [.. body.Capabilities]) { Network = body.Network };
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static bool WithinLimits(PeerRecordBody body) =>
        body.Addresses.Count <= MaxAddresses
        && body.Network.Length <= Handshake.MaxNetworkLength
        && body.Capabilities.Count <= MaxCapabilities
        && body.Capabilities.All(c => c.Length is > 0 and <= MaxCapabilityLength);
}
