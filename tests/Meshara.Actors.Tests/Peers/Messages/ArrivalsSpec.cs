using System.Text;
using Meshara.Actors.Peers.Messages;
using Meshara.Core.Identity;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers.Messages;

/// <summary>Messages of the application in both directions, and the gate on what each may allocate: counts, never times.</summary>
public sealed class ArrivalsSpec
{
    private const int Messages = 1_000;
    private const int Size = 100;

    /// <summary>Beside the payload, in bytes.</summary>
    private const int Budget = 100;

    private static readonly NodeId Bob = NodeId.Of(PublicKey.FromBytes(new byte[PublicKey.Size]));

    [Fact]
    public void Messages_come_out_as_they_were_sent()
    {
        ReadOnlyMemory<byte>[] payloads = [.. Enumerable.Range(0, 300).Select(i => new ReadOnlyMemory<byte>([.. Enumerable.Repeat((byte)i, i * 40)]))];
        var arrivals = new Arrivals(Bob);

        TakeAll(arrivals, Outbound.Of("chat", payloads));
        TakeAll(arrivals, Outbound.Of("news", payloads[..1]));

        arrivals.Count.ShouldBe(payloads.Length + 1);
        var taken = arrivals.TakeAll();
        taken[..^1].ShouldAllBe(m => m.From == Bob && m.Channel == "chat");
        taken[..^1].Select(m => m.Payload.ToArray()).ShouldBe(payloads.Select(p => p.ToArray()));
        taken[^1].Channel.ShouldBe("news");
        arrivals.Count.ShouldBe(0);
    }

    [Fact]
    public void A_channel_that_is_no_text_or_too_long_is_left_to_the_parser()
    {
        var arrivals = new Arrivals(Bob);

        arrivals.TryTake(BodyOf([0xff, 0xfe]), 0).ShouldBeFalse();
        arrivals.TryTake(BodyOf(Encoding.UTF8.GetBytes(new string('c', Mesh.MaxChannelLength + 1))), 0).ShouldBeFalse();
        arrivals.Count.ShouldBe(0);
    }

    [Fact]
    public void A_message_received_allocates_little_beside_its_payload()
    {
        var arrivals = new Arrivals(Bob);
        var sent = Outbound.Of("chat", Payloads());
        Chunk();

        AllocatedBy(Chunk).ShouldBeLessThan(Messages * (Size + Budget));

        void Chunk()
        {
            TakeAll(arrivals, sent);
            arrivals.TakeAll().Length.ShouldBe(Messages);
        }
    }

    [Fact]
    public void A_message_sent_with_others_allocates_little_beside_its_payload()
    {
        var payloads = Payloads();
        Outbound.Of("chat", payloads);

        AllocatedBy(() => Outbound.Of("chat", payloads).Messages.ShouldBe(Messages)).ShouldBeLessThan(Messages * (Size + Budget));
    }

    private static ReadOnlyMemory<byte>[] Payloads() => [.. Enumerable.Range(0, Messages).Select(_ => new ReadOnlyMemory<byte>(new byte[Size]))];

    /// <summary>Of this thread alone: other specs run at the same time.</summary>
    private static long AllocatedBy(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void TakeAll(Arrivals arrivals, Outbound sent)
    {
        var buffer = new System.Buffers.ReadOnlySequence<byte>(sent.Encoded);
        while (FrameCodec.TryRead(ref buffer, int.MaxValue, out var body) == FrameStatus.Frame)
        {
            arrivals.TryTake(body.FirstSpan, buffer.Length).ShouldBeTrue();
        }

        buffer.IsEmpty.ShouldBeTrue();
    }

    private static byte[] BodyOf(byte[] channel)
    {
        var frame = new byte[DataFrame.SizeOf(channel.Length, 0)];
        DataFrame.Write(frame, channel, []);
        return frame[FrameCodec.HeaderSize..];
    }
}
