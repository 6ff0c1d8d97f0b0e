using System.Buffers;
using CsCheck;
using Google.Protobuf;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Wire;

public sealed class FrameCodecTests
{
    private const int Limit = 4096;

    [Fact]
    public void A_frame_is_its_length_then_its_body() =>
        Convert.ToHexStringLower(Write(new Envelope { GetPeers = new GetPeers { Max = 32 } })).ShouldBe("00000004" + "22020820");

    [Fact]
    public void The_size_is_known_before() => Gen.Byte.Array[0, 300].Sample(payload =>
    {
        var envelope = new Envelope { Data = new Data { Channel = "c", Payload = ByteString.CopyFrom(payload) } };
        return FrameCodec.SizeOf(envelope) == Write(envelope).Length;
    });

    [Fact]
    public void However_the_bytes_are_cut_the_frames_are_the_same()
    {
        var frames = Gen.Byte.Array[0, 40].List[1, 6];
        var cuts = Gen.Int[1, 12].Array[1, 40];
        Gen.Select(frames, cuts).Sample((payloads, sizes) =>
        {
            var bytes = payloads.SelectMany(p => Write(new Envelope { Data = new Data { Channel = "c", Payload = ByteString.CopyFrom(p) } })).ToArray();
            return ReadInChunks(bytes, sizes).Zip(payloads, (got, sent) => got.AsSpan().SequenceEqual(sent)).All(same => same)
                && ReadInChunks(bytes, sizes).Count == payloads.Count;
        });
    }

    [Fact]
    public void A_frame_in_many_segments_is_read()
    {
        var bytes = Write(new Envelope { Data = new Data { Channel = "c", Payload = ByteString.CopyFrom(1, 2, 3) } });
        var buffer = Segments(bytes.Select(b => new[] { b }));

        FrameCodec.TryRead(ref buffer, Limit, out var body).ShouldBe(FrameStatus.Frame);

        Envelope.Parser.ParseFrom(body).Data.Payload.ToByteArray().ShouldBe([1, 2, 3]);
        buffer.IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("80000000")]
    [InlineData("ffffffff")]
    [InlineData("7fffffff")]
    [InlineData("00001001")]
    [InlineData("8000000000")]
    public void A_length_over_the_limit_is_refused_before_any_of_its_body(string hex)
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));

        FrameCodec.TryRead(ref buffer, Limit, out var body).ShouldBe(FrameStatus.TooLarge);

        body.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_length_at_the_limit_is_fine()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0x10, 0, .. new byte[Limit]]);

        FrameCodec.TryRead(ref buffer, Limit, out var body).ShouldBe(FrameStatus.Frame);

        body.Length.ShouldBe(Limit);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("000000")]
    [InlineData("00000004")]
    [InlineData("00000004220208")]
    public void A_part_of_a_frame_is_left_where_it_is(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var buffer = new ReadOnlySequence<byte>(bytes);

        FrameCodec.TryRead(ref buffer, Limit, out _).ShouldBe(FrameStatus.Incomplete);

        buffer.Length.ShouldBe(bytes.Length);
    }

    [Fact]
    public void An_empty_frame_is_a_message_of_no_kind()
    {
        var buffer = new ReadOnlySequence<byte>(new byte[4]);

        FrameCodec.TryRead(ref buffer, Limit, out var body).ShouldBe(FrameStatus.Frame);

        Envelope.Parser.ParseFrom(body).MessageCase.ShouldBe(Envelope.MessageOneofCase.None);
    }

    [Fact]
    public void No_body_makes_the_parser_throw_anything_but_its_own() => Gen.Byte.Array[0, 200].Sample(
        body =>
        {
            try
            {
                Envelope.Parser.ParseFrom(body);
            }
            catch (InvalidProtocolBufferException)
            {
                // A malformed message ends the connection; anything else would end more than that.
            }
        },
        iter: 20_000);

    private static byte[] Write(Envelope envelope)
    {
        var bytes = new byte[FrameCodec.SizeOf(envelope)];
        FrameCodec.Write(bytes, envelope).ShouldBe(bytes.Length);
        return bytes;
    }

    private static List<byte[]> ReadInChunks(byte[] bytes, int[] sizes)
    {
        var payloads = new List<byte[]>();
        var buffer = ReadOnlySequence<byte>.Empty;
        var (at, chunk) = (0, 0);
        while (at < bytes.Length)
        {
            var size = Math.Min(sizes[chunk++ % sizes.Length], bytes.Length - at);
            buffer = Segments([buffer.ToArray(), bytes[at..(at + size)]]);
            at += size;
            while (FrameCodec.TryRead(ref buffer, Limit, out var body) == FrameStatus.Frame)
            {
                payloads.Add(Envelope.Parser.ParseFrom(body).Data.Payload.ToByteArray());
            }
        }

        buffer.IsEmpty.ShouldBeTrue();
        return payloads;
    }

    private static ReadOnlySequence<byte> Segments(IEnumerable<byte[]> parts)
    {
        Segment? first = null, last = null;
        foreach (var part in parts.Where(p => p.Length > 0))
        {
            last = last is null ? first = new Segment(part, 0) : last.Then(part);
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] part, long before) => (Memory, RunningIndex) = (part, before);

        public Segment Then(byte[] part)
        {
            var next = new Segment(part, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
