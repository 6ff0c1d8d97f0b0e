using Meshara.Core.Identity;
using System.Buffers;
using Google.Protobuf;
using Meshara.Actors.Peers.Connection;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Fuzz.Targets;

/// <summary>What comes over a connection.</summary>
internal static class WireTargets
{
    private const int Limit = 4096;

    private static readonly IReadOnlyList<byte[]> Words = [Some.Record(Some.Peer), Some.Record(Some.Node), Some.Peer.PublicKey.ToByteArray(), Some.Text("meshara")];

    public static IEnumerable<Target> All =>
    [
        new("frame", "frames of a stream, cut in pieces as the network pleases", Frame)
        {
            Seeds = [Some.Frames(Some.Messages()), Some.Frames(Some.Hello()), [0, 0, 0, 0], [0x80, 0, 0, 0], [0, 0, 16, 0], [0, 0, 16, 1]],
            Allowance = (32 * 1024, 512),
        },
        new("envelope", "one message of the protocol, of a peer or of one who pretends to be one", Parse)
        {
            Seeds = [.. Some.Messages().Append(Some.Hello()).Select(m => m.ToByteArray())], Words = Words,
        },
        new("hello", "the first message of a stranger who has proven a key", Hello)
        {
            Seeds = [.. HelloSeeds().Select(h => h.ToByteArray())], Words = Words,
        },
        new("conversation", "all that a stranger sends on one connection, from its hello on", bytes => new Exchanged(bytes).Flaw)
        {
            Seeds =
            [
                Some.Frames([Some.Hello(), .. Some.Messages()]), Some.Frames(Some.Hello()), Some.Frames(Some.Messages()),
                .. Some.Messages().Select(m => Some.Frames(Some.Hello(), m, m)),
            ],
            Words = Words, MaxLength = 16 * 1024, Allowance = (256 * 1024, 512), Slice = 500,
        },
    ];

    private static IEnumerable<Hello> HelloSeeds()
    {
        yield return Some.Hello().Hello;
        yield return Handshake.Hello("meshara", "", 0, null, default).Hello;
        yield return Handshake.Hello("other", "agent\u202e\u0000", 65535, Some.Addresses[2], Some.Record(Some.Node)).Hello;
        var later = Some.Hello().Hello;
        later.ProtocolVersion = 2;
        later.Capabilities.Add("relay");
        yield return later;
    }

    /// <summary>The same frames come of the same bytes however they are cut, and none is over the limit.</summary>
    private static string? Frame(byte[] bytes)
    {
        var whole = Read(new ReadOnlySequence<byte>(bytes));
        var cut = Read(Pieces.Of(bytes));
        return whole != cut ? $"The cut decides what is read: {whole} and {cut}" : null;
    }

    private static (int Frames, long Bytes, FrameStatus Last, long Left) Read(ReadOnlySequence<byte> buffer)
    {
        var (frames, length) = (0, 0L);
        FrameStatus status;
        while ((status = FrameCodec.TryRead(ref buffer, Limit, out var body)) == FrameStatus.Frame)
        {
            frames++;
            length += body.Length;
            if (body.Length > Limit)
            {
                throw new InvalidOperationException($"A frame of {body.Length} bytes came through.");
            }
        }

        return (frames, length, status, buffer.Length);
    }

    /// <summary>It is read, or refused with the one exception that the connection knows; and what is written of it is read as the same.</summary>
    private static string? Parse(byte[] bytes)
    {
        Envelope envelope;
        try
        {
            envelope = Envelope.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }

        var frame = Some.Frames(envelope);
        return Envelope.Parser.ParseFrom(frame.AsSpan(FrameCodec.HeaderSize)).Equals(envelope) ? null : "What was written is read as another message.";
    }

    /// <summary>What is let in keeps every limit that is promised of it.</summary>
    private static string? Hello(byte[] bytes)
    {
        Envelope envelope;
        try
        {
            envelope = new Envelope { Hello = Core.Wire.Hello.Parser.ParseFrom(bytes) };
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }

        var (introduction, after) = Greeting.On(envelope, "meshara", Some.Peer.PublicKey, new RecordVerifier());
        return introduction is null ? after is AfterFrame.SayGoodbye or AfterFrame.Leave ? null : "It is neither let in nor refused."
            : introduction.Agent.Length > Handshake.MaxAgentLength || introduction.Agent.Any(char.IsControl) ? "The agent is over its limits."
            : introduction.ListenPort is < 0 or > 65535 ? "The port is none."
            : introduction.Record is { } record && record.Peer != Some.Peer.Id ? "It brings another one's record."
            : introduction.ObservedAddress is { } address && PeerAddress.Parse(address.ToString()) != address ? $"The address is read as another: {address}"
            : null;
    }
}
