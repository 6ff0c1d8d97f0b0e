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
    private const int Budget = 50;

    private static readonly NodeId Bob = NodeId.Of(PublicKey.FromBytes(new byte[PublicKey.Size]));

    [Fact]
    public void Messages_come_out_as_they_were_sent()
    {
        ReadOnlyMemory<byte>[] payloads = [.. Enumerable.Range(0, 300).Select(i => new ReadOnlyMemory<byte>([.. Enumerable.Repeat((byte)i, i * 40)]))];
        var arrivals = new Arrivals(Bob);

        TakeAll(arrivals, Outbound.Of("chat", payloads));
        TakeAll(arrivals, Outbound.Of("news", payloads[0]));

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

        Take(arrivals, FrameOn([0xff, 0xfe])).ShouldBe((0, false));
        Take(arrivals, FrameOn(Encoding.UTF8.GetBytes(new string('c', Mesh.MaxChannelLength + 1)))).ShouldBe((0, false));
        Take(arrivals, [.. FrameOn("chat"u8.ToArray()), .. FrameOn([0xff, 0xfe])]).ShouldBe((1, false));
        arrivals.TakeAll().ShouldHaveSingleItem().Channel.ShouldBe("chat");
    }

    [Fact]
    public void What_the_parser_has_read_has_its_place_among_the_others()
    {
        var arrivals = new Arrivals(Bob);

        TakeAll(arrivals, Outbound.Of("chat", "one"u8.ToArray(), "two"u8.ToArray()));
        arrivals.Add("chat", "three"u8.ToArray());
        TakeAll(arrivals, Outbound.Of("chat", "four"u8.ToArray()));

        arrivals.TakeAll().Select(m => Encoding.UTF8.GetString(m.Payload.Span)).ShouldBe(["one", "two", "three", "four"]);
    }

    [Fact]
    public void A_chunk_of_few_messages_after_one_of_many_costs_no_array_for_many_twice()
    {
        var arrivals = new Arrivals(Bob);
        TakeAll(arrivals, Outbound.Of("chat", Payloads()));
        arrivals.TakeAll();
        TakeAll(arrivals, Outbound.Of("chat", "one"u8.ToArray()));
        arrivals.TakeAll();

        TakeAll(arrivals, Outbound.Of("chat", "two"u8.ToArray()));
        arrivals.TakeAll().Array!.Length.ShouldBe(1);
    }

    [Fact]
    public void A_message_that_nobody_has_sent_is_of_nobody()
    {
        var (from, channel, payload) = default(PeerMessage);

        from.ShouldBe(default);
        channel.ShouldBe("");
        payload.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_message_received_allocates_little_beside_its_payload()
    {
        var arrivals = new Arrivals(Bob);
        var sent = Outbound.Of("chat", Payloads());
        Chunk();

        Allocated.By(Chunk).ShouldBeLessThan(Messages * (Size + Budget));

        void Chunk()
        {
            TakeAll(arrivals, sent);
            arrivals.TakeAll().Count.ShouldBe(Messages);
        }
    }

    [Fact]
    public void A_message_sent_with_others_allocates_little_beside_its_payload()
    {
        var payloads = Payloads();
        Outbound.Of("chat", payloads);

        Allocated.By(() => Outbound.Of("chat", payloads).Messages.ShouldBe(Messages)).ShouldBeLessThan(Messages * (Size + Budget));
    }

    private static ReadOnlyMemory<byte>[] Payloads() => [.. Enumerable.Range(0, Messages).Select(_ => new ReadOnlyMemory<byte>(new byte[Size]))];

    private static void TakeAll(Arrivals arrivals, Outbound sent) => Take(arrivals, sent.Encoded.Span).ShouldBe((sent.Messages, true));

    /// <summary>How many it took, and whether that was all.</summary>
    private static (int Taken, bool All) Take(Arrivals arrivals, ReadOnlySpan<byte> frames)
    {
        var taken = arrivals.TakeFrom(ref frames, int.MaxValue);
        return (taken, frames.IsEmpty);
    }

    private static byte[] FrameOn(byte[] channel)
    {
        var frame = new byte[DataFrame.SizeOf(channel.Length, 0)];
        DataFrame.Write(frame, channel, []);
        return frame;
    }
}
