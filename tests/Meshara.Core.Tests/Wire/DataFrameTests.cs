using System.Text;
using CsCheck;
using Google.Protobuf;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Wire;

public sealed class DataFrameTests
{
    private static readonly Gen<(byte[] Channel, byte[] Payload)> Messages =
        Gen.Select(Gen.Char['a', 'z'].Array[1, 64].Select(c => Encoding.UTF8.GetBytes(c)), Gen.Byte.Array[0, 20_000]);

    [Fact]
    public void A_frame_has_the_very_bytes_that_protobuf_gives_it() => Messages.Sample(m =>
    {
        var message = new Envelope { Data = new Data { Channel = Encoding.UTF8.GetString(m.Channel), Payload = ByteString.CopyFrom(m.Payload) } };
        var expected = new byte[FrameCodec.SizeOf(message)];
        FrameCodec.Write(expected, message);

        Write(m.Channel, m.Payload).ShouldBe(expected);
    }, iter: 200);

    [Fact]
    public void What_was_written_is_read() => Messages.Sample(m =>
    {
        var body = Write(m.Channel, m.Payload).AsSpan(FrameCodec.HeaderSize);
        DataFrame.TryRead(body, out var channel, out var payload).ShouldBeTrue();
        channel.ToArray().ShouldBe(m.Channel);
        payload.ToArray().ShouldBe(m.Payload);
    }, iter: 200);

    [Fact]
    public void Whatever_is_read_at_all_the_parser_reads_alike() => Gen.Select(Messages, Gen.Int[0, 40], Gen.Byte).Sample((m, at, value) =>
    {
        var body = Write(m.Channel, m.Payload).AsSpan(FrameCodec.HeaderSize).ToArray();
        body[at % body.Length] = value;
        if (DataFrame.TryRead(body, out var channel, out var payload) && System.Text.Unicode.Utf8.IsValid(channel))
        {
            var parsed = Envelope.Parser.ParseFrom(body);
            parsed.Data.Channel.ShouldBe(Encoding.UTF8.GetString(channel));
            parsed.Data.Payload.Span.SequenceEqual(payload).ShouldBeTrue();
        }
    }, iter: 2_000);

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("3a", "no length")]
    [InlineData("3a05", "less than it says")]
    [InlineData("3a80808080808001", "a length without end")]
    [InlineData("0a00", "a hello")]
    [InlineData("3a030a0163" + "1200", "another field behind the message")]
    [InlineData("3a021200", "no channel")]
    [InlineData("3a070a0163120101" + "00", "more behind the message")]
    [InlineData("3a050a01631800", "a field of a later version")]
    public void Anything_else_is_left_to_the_parser(string hex, string what) =>
        DataFrame.TryRead(Convert.FromHexString(hex), out _, out _).ShouldBeFalse(what);

    [Fact]
    public void Frames_are_taken_off_the_front_until_one_is_not_whole() => Messages.List[0, 5].Sample((List<(byte[] Channel, byte[] Payload)> messages) =>
    {
        byte[] all = [.. messages.SelectMany(m => Write(m.Channel, m.Payload))];
        for (var missing = 0; missing <= Math.Min(3, all.Length); missing++)
        {
            ReadOnlySpan<byte> left = all.AsSpan(0, all.Length - missing);
            foreach (var (channel, payload) in missing == 0 ? messages : messages[..^1])
            {
                DataFrame.TryTake(ref left, int.MaxValue, out var takenChannel, out var takenPayload).ShouldBeTrue();
                takenChannel.ToArray().ShouldBe(channel);
                takenPayload.ToArray().ShouldBe(payload);
            }

            var rest = left.Length;
            DataFrame.TryTake(ref left, int.MaxValue, out _, out _).ShouldBeFalse();
            left.Length.ShouldBe(rest);
        }
    }, iter: 100);

    [Fact]
    public void A_frame_over_the_limit_and_one_of_another_kind_stay_where_they_are()
    {
        var message = Write([(byte)'c'], new byte[10]);
        var ping = new byte[FrameCodec.SizeOf(new Envelope { Ping = new Ping { Nonce = 1 } })];
        FrameCodec.Write(ping, new Envelope { Ping = new Ping { Nonce = 1 } });

        Left(message, message.Length - FrameCodec.HeaderSize).ShouldBe(0);
        Left(message, message.Length - FrameCodec.HeaderSize - 1).ShouldBe(message.Length);
        Left([0xff, 0xff, 0xff, 0xff, .. message], int.MaxValue).ShouldBe(message.Length + FrameCodec.HeaderSize);
        Left([.. ping, .. message], int.MaxValue).ShouldBe(ping.Length + message.Length);
        Left(new byte[FrameCodec.HeaderSize], int.MaxValue).ShouldBe(FrameCodec.HeaderSize);

        static int Left(ReadOnlySpan<byte> bytes, int maxBody)
        {
            DataFrame.TryTake(ref bytes, maxBody, out _, out _).ShouldBe(bytes.IsEmpty);
            return bytes.Length;
        }
    }

    private static byte[] Write(byte[] channel, byte[] payload)
    {
        var frame = new byte[DataFrame.SizeOf(channel.Length, payload.Length)];
        DataFrame.Write(frame, channel, payload).ShouldBe(frame.Length);
        return frame;
    }
}
