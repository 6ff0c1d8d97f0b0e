using System.Collections.Immutable;
using System.Text;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Fuzz.Targets;

/// <summary>Well-formed things, the same each time.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Of a question that an <see cref="Exchanged"/> has asked.</summary>
    public const ulong Nonce = 7;

    public static readonly NodeIdentity Node = NodeIdentity.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);

    public static readonly NodeIdentity Peer = NodeIdentity.FromSeed([.. Enumerable.Repeat((byte)2, 32)]);

    public static readonly ImmutableArray<PeerAddress> Addresses =
    [
        PeerAddress.Parse("192.0.2.1:7373"), PeerAddress.Parse("[2001:db8::1]:7373"), PeerAddress.Parse("node.example:7373"),
    ];

    public static byte[] Record(NodeIdentity of, params string[] capabilities) =>
        new PeerRecord(of.PublicKey, (ulong)Noon.ToUnixTimeMilliseconds(), Addresses, [.. capabilities]) { Network = "meshara" }.Sign(of);

    public static Envelope Hello() => Handshake.Hello("meshara", "meshara/0.1.0", 7373, Addresses[1], Record(Peer));

    public static byte[] Frames(params IEnumerable<Envelope> envelopes)
    {
        var bytes = new List<byte>();
        foreach (var envelope in envelopes)
        {
            var frame = new byte[FrameCodec.SizeOf(envelope)];
            FrameCodec.Write(frame, envelope);
            bytes.AddRange(frame);
        }

        return [.. bytes];
    }

    /// <summary>One of each kind of message that a peer may send.</summary>
    public static IReadOnlyList<Envelope> Messages()
    {
        var told = new Core.Wire.Peers();
        told.Records.Add(ByteString.CopyFrom(Record(Peer, "relay")));
        return
        [
            new() { Ping = new Ping { Nonce = 7 } }, new() { Pong = new Pong { Nonce = 7 } }, new() { GetPeers = new GetPeers { Max = 64 } }, new() { Peers = told },
            new() { CheckReach = new CheckReach { Nonce = Nonce, Port = 7373 } },
            new() { ReachChecked = new ReachChecked { Nonce = Nonce, Outcome = (uint)Reason.Refused, Dialled = Addresses[1].ToWire() } },
            new() { Data = new Data { Channel = "chat", Payload = ByteString.CopyFromUtf8("hello") } }, new() { Goodbye = new Goodbye { Reason = 3 } }, new(),
        ];
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    public static IReadOnlyList<byte[]> Texts(params IEnumerable<string> texts) => [.. texts.Select(Text)];
}
