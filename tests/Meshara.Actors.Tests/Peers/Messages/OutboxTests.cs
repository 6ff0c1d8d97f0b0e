using System.Text;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers.Messages;
using Meshara.Core.Identity;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers.Messages;

/// <summary>What waits for one peer: sent by any thread, taken out by one.</summary>
public sealed class OutboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly NodeId Bob = NodeId.Of(PublicKey.FromBytes(new byte[PublicKey.Size]));

    private int _woken;

    [Fact]
    public void The_connection_is_woken_once_until_it_has_found_nothing_more()
    {
        var outbox = Make(new ConnectionSettings());

        outbox.Send(Message("one"));
        outbox.Send(Message("two"));
        _woken.ShouldBe(1);
        Take(outbox).Count.ShouldBe(2);
        outbox.Send(Message("three"));
        _woken.ShouldBe(1);
        Take(outbox).Count.ShouldBe(1);
        Take(outbox).ShouldBeEmpty();

        outbox.Send(Message("four"));
        _woken.ShouldBe(2);
    }

    [Fact]
    public void What_the_protocol_says_has_its_turn_and_is_not_bounded()
    {
        var outbox = Make(new ConnectionSettings { MaxQueuedMessages = 1 });

        outbox.Send(Message("one")).ShouldBe(SendResult.Queued);
        outbox.AddControl(new Envelope { Ping = new Ping { Nonce = 1 } });
        outbox.Send(Message("two")).ShouldBe(SendResult.QueueFull);

        Take(outbox).Select(o => o.IsControl).ShouldBe([false, true]);
        outbox.Send(Message("two")).ShouldBe(SendResult.Queued);
    }

    [Fact]
    public async Task There_is_room_when_half_of_it_is_free()
    {
        var outbox = Make(new ConnectionSettings { MaxQueuedMessages = 1000, MaxQueuedSize = 4 * 1024 * 1024, MaxFrameSize = 1024 * 1024 });
        await outbox.WhenRoomAsync().WaitAsync(Patience);
        for (var i = 0; i < 20; i++)
        {
            outbox.Send(Outbound.Of("chat", new byte[200_000])).ShouldBe(SendResult.Queued);
        }

        var room = outbox.WhenRoomAsync();
        for (var i = 0; i < 9; i++)
        {
            Take(outbox).Count.ShouldBe(1);
        }

        room.IsCompleted.ShouldBeFalse();
        Take(outbox);
        await room.WaitAsync(Patience);
    }

    [Fact]
    public async Task There_is_room_only_when_what_was_refused_fits()
    {
        var outbox = Make(new ConnectionSettings { MaxQueuedMessages = 10 });
        outbox.Send(Messages(2));
        outbox.Send(Messages(2));
        outbox.AddControl(new Envelope { Ping = new Ping() });

        // Less than half of it waits, and yet this one does not fit.
        outbox.Send(Messages(7)).ShouldBe(SendResult.QueueFull);
        var room = outbox.WhenRoomAsync();
        room.IsCompleted.ShouldBeFalse();

        Take(outbox);
        await room.WaitAsync(Patience);
        outbox.Send(Messages(7)).ShouldBe(SendResult.Queued);
    }

    [Fact]
    public void Before_the_peer_is_connected_nothing_is_taken_and_afterwards_only_that_of_its_last_connection_counts()
    {
        var (first, second, outboxes, peer) = (new Outbox(new ConnectionSettings(), () => { }), new Outbox(new ConnectionSettings(), () => { }), new Outboxes(), Bob);
        first.Send(Message("one")).ShouldBe(SendResult.NotConnected);

        outboxes.Set(peer, first);
        outboxes.Set(peer, second);
        outboxes.Remove(peer, first);
        outboxes[peer].ShouldBe(second);
        outboxes.Remove(peer, second);
        outboxes[peer].ShouldBeNull();
    }

    [Fact]
    public async Task One_that_is_closed_forgets_what_waits_and_lets_those_go_who_wait_for_room()
    {
        var outbox = Make(new ConnectionSettings { MaxQueuedMessages = 1 });
        outbox.Send(Message("one"));
        var room = outbox.WhenRoomAsync();
        room.IsCompleted.ShouldBeFalse();

        outbox.Close();

        await room.WaitAsync(Patience);
        outbox.Send(Message("two")).ShouldBe(SendResult.NotConnected);
        outbox.AddControl(new Envelope { Goodbye = new Goodbye() });
        Take(outbox).ShouldHaveSingleItem().IsControl.ShouldBeTrue();
    }

    [Fact]
    public async Task Of_many_senders_at_once_nothing_is_lost_nothing_is_out_of_order_and_the_bound_holds()
    {
        const int senders = 4, each = 5_000, most = 16;
        using var wakes = new SemaphoreSlim(0);
        var outbox = Opened(new Outbox(new ConnectionSettings { MaxQueuedMessages = most }, () => wakes.Release()));

        var sending = Enumerable.Range(0, senders).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < each;)
            {
                if (outbox.Send(Message($"{sender} {i}")) == SendResult.Queued)
                {
                    i++;
                }
                else
                {
                    await outbox.WhenRoomAsync().WaitAsync(Patience);
                }
            }
        })).ToArray();
        var taken = new List<string>();
        while (taken.Count < senders * each)
        {
            // A wake that is lost would end here.
            (await wakes.WaitAsync(Patience)).ShouldBeTrue();
            while (Take(outbox) is { Count: > 0 } batch)
            {
                batch.Count.ShouldBeLessThanOrEqualTo(most);
                taken.AddRange(batch.Select(TextOf));
            }
        }

        await Task.WhenAll(sending).WaitAsync(Patience);
        foreach (var sender in Enumerable.Range(0, senders))
        {
            taken.Where(t => t.StartsWith($"{sender} ", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, each).Select(i => $"{sender} {i}"));
        }

        outbox.Send(Messages(most)).ShouldBe(SendResult.Queued);
        outbox.Send(Message("one more")).ShouldBe(SendResult.QueueFull);
    }

    [Fact]
    public void A_message_that_is_sent_with_a_call_of_its_own_allocates_its_frame_and_no_more()
    {
        const int size = 100, header = 50, messages = 1000;
        var outbox = Make(new ConnectionSettings());
        var payload = new byte[size];
        var batch = new List<Outbound>();
        var queued = 0;
        SendAll();

        Allocated.By(SendAll).ShouldBeLessThan(messages * (size + header));

        queued.ShouldBe(2 * messages);

        void SendAll()
        {
            for (var i = 0; i < messages; i++)
            {
                queued += outbox.Send(Outbound.Of("chat", payload)) == SendResult.Queued ? 1 : 0;
            }

            while (outbox.TakeBatch(batch))
            {
                batch.Clear();
            }
        }
    }

    [Fact]
    public void The_room_that_a_burst_took_is_given_back_and_nothing_that_waits_is_lost()
    {
        const int messages = 4096;
        var outbox = Make(new ConnectionSettings());
        var batch = new List<Outbound>();
        Burst();
        var inRoom = Allocated.By(Burst);

        outbox.Trim();
        Allocated.By(Burst).ShouldBeGreaterThan(inRoom + (messages * 16));

        outbox.Send(Message("one"));
        outbox.Trim();
        Take(outbox).Select(TextOf).ShouldBe(["one"]);

        void Burst()
        {
            for (var i = 0; i < messages; i++)
            {
                outbox.Send(Outbound.Of("chat", ReadOnlyMemory<byte>.Empty));
            }

            while (outbox.TakeBatch(batch))
            {
                batch.Clear();
            }
        }
    }

    private static List<Outbound> Take(Outbox outbox)
    {
        var batch = new List<Outbound>();
        outbox.TakeBatch(batch).ShouldBe(batch.Count > 0);
        return batch;
    }

    private Outbox Make(ConnectionSettings limits) => Opened(new Outbox(limits, () => _woken++));

    private static Outbox Opened(Outbox outbox)
    {
        outbox.Open();
        return outbox;
    }

    private static Outbound Messages(int count) => Outbound.Of("chat", [.. Enumerable.Repeat(ReadOnlyMemory<byte>.Empty, count)]);

    private static Outbound Message(string text) => Outbound.Of("chat", Encoding.UTF8.GetBytes(text));

    private static string TextOf(Outbound outbound)
    {
        DataFrame.TryRead(outbound.Encoded.Span[FrameCodec.HeaderSize..], out _, out var payload).ShouldBeTrue();
        return Encoding.UTF8.GetString(payload);
    }
}
