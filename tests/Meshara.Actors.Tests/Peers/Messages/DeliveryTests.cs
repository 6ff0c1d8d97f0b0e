using System.Text;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Meshara.Actors.Peers.Messages;
using Meshara.Core.Identity;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers.Messages;

/// <summary>What a connection has received on its way to those who subscribed.</summary>
public sealed class DeliveryTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly NodeId Bob = NodeId.Of(PublicKey.FromBytes(new byte[PublicKey.Size]));

    private readonly Subscriptions _subscriptions = new();
    private readonly CancellationTokenSource _patience = new(Patience);

    [Fact]
    public async Task Each_subscriber_has_the_messages_of_its_channel_once_and_in_order_though_one_of_them_is_slow()
    {
        var (quick, slow, other) = (Subscribe("chat", 100), Subscribe("chat", 2), Subscribe("news", 100));
        var delivery = new Delivery(_subscriptions, TestActor);

        delivery.Begin(Messages("chat 0", "chat 1", "chat 2", "news 3", "chat 4", "none 5", "chat 6"));

        // The slow one has no room for the third; who comes behind it has to wait as well.
        delivery.IsUnderWay.ShouldBeTrue();
        ExpectNoMsg(TimeSpan.Zero);
        var reading = ReadAsync(slow, 5);
        while (delivery.IsUnderWay)
        {
            await ExpectMsgAsync<Delivery.RoomAgain>(Patience);
            delivery.GoOn();
        }

        string[] chat = ["chat 0", "chat 1", "chat 2", "chat 4", "chat 6"];
        (await reading).ShouldBe(chat);
        (await ReadAsync(quick, 5)).ShouldBe(chat);
        (await ReadAsync(other, 1)).ShouldBe(["news 3"]);
    }

    [Fact]
    public async Task A_subscriber_that_goes_away_holds_nobody_back()
    {
        var (slow, quick) = (Subscribe("chat", 1), Subscribe("chat", 100));
        var delivery = new Delivery(_subscriptions, TestActor);
        delivery.Begin(Messages("chat 0", "chat 1", "chat 2"));
        delivery.IsUnderWay.ShouldBeTrue();

        slow.Close();

        await ExpectMsgAsync<Delivery.RoomAgain>(Patience);
        delivery.GoOn();
        delivery.IsUnderWay.ShouldBeFalse();
        (await ReadAsync(quick, 3)).ShouldBe(["chat 0", "chat 1", "chat 2"]);
    }

    [Fact]
    public async Task Of_many_connections_none_is_left_waiting_and_each_keeps_its_order()
    {
        const int connections = 20, each = 500, most = 7;
        var reader = Subscribe("chat", most);
        for (var i = 0; i < connections; i++)
        {
            Sys.ActorOf(Props.Create(() => new Connection(_subscriptions, i, each)));
        }

        var next = new int[connections];
        var read = 0;
        await foreach (var piece in reader.ReadAllAsync(_patience.Token))
        {
            piece.Count.ShouldBeLessThanOrEqualTo(most);
            foreach (var message in piece)
            {
                var (connection, number) = (message.Payload.Span[0], BitConverter.ToInt32(message.Payload.Span[1..]));
                number.ShouldBe(next[connection]++);
                read++;
            }

            if (read == connections * each)
            {
                break;
            }
        }

        next.ShouldAllBe(n => n == each);
    }

    [Fact]
    public async Task Who_subscribes_is_kept_until_it_goes()
    {
        var watch = Sys.ActorOf(Props.Create(() => new SubscriberWatch(_subscriptions)));
        var (reader, actor) = (Subscribe("chat", 1), CreateTestProbe());
        foreach (var channel in new[] { "chat", "news" })
        {
            var subscription = new ActorSubscription(channel, actor);
            _subscriptions.Add(subscription);
            watch.Tell(subscription);
        }

        new Delivery(_subscriptions, TestActor).Begin(Messages("chat 0", "news 1"));
        (await actor.ExpectMsgAsync<PeerMessage>()).Channel.ShouldBe("chat");
        (await actor.ExpectMsgAsync<PeerMessage>()).Channel.ShouldBe("news");
        Sys.Stop(actor);
        AwaitCondition(() => _subscriptions.All.Length == 1);

        // With the node the readers come to their end, and who comes too late at once.
        Sys.Stop(watch);
        (await ReadAsync(reader, int.MaxValue)).ShouldBe(["chat 0"]);
        (await ReadAsync(Subscribe("chat", 1), int.MaxValue)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Whose_turn_it_is_lets_the_next_one_go_on_when_it_has_done_or_has_ended()
    {
        var reader = Subscribe("chat", 3);
        var (full, one, two, three) = (Line(), Line(), Line(), Line());
        full.Delivery.Begin(Messages("chat 0", "chat 1", "chat 2"));
        one.Delivery.Begin(Messages("chat 3"));
        two.Delivery.Begin(Messages("chat 4"));
        three.Delivery.Begin(Messages("chat 5"));
        await using var pieces = reader.ReadAllAsync(_patience.Token).GetAsyncEnumerator();
        await pieces.MoveNextAsync();
        foreach (var waiting in new[] { one, two, three })
        {
            await waiting.Connection.ExpectNoMsgAsync(TimeSpan.Zero);
        }

        // The reader is done with the first piece, and there is room for three.
        var next = pieces.MoveNextAsync();
        await one.Connection.ExpectMsgAsync<Delivery.RoomAgain>(Patience);
        await two.Connection.ExpectNoMsgAsync(TimeSpan.Zero);
        one.Delivery.GoOn();
        await two.Connection.ExpectMsgAsync<Delivery.RoomAgain>(Patience);
        two.Delivery.Abandon();
        await three.Connection.ExpectMsgAsync<Delivery.RoomAgain>(Patience);
        three.Delivery.GoOn();

        (await next).ShouldBeTrue();
        Text(pieces.Current.ShouldHaveSingleItem()).ShouldBe("chat 3");
        (await pieces.MoveNextAsync()).ShouldBeTrue();
        Text(pieces.Current.ShouldHaveSingleItem()).ShouldBe("chat 5");

        (Delivery Delivery, TestProbe Connection) Line()
        {
            var connection = CreateTestProbe();
            return (new Delivery(_subscriptions, connection), connection);
        }
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken_by_what_comes_and_by_the_end()
    {
        var reader = Subscribe("chat", 10);
        await using var pieces = reader.ReadAllAsync(_patience.Token).GetAsyncEnumerator();
        var next = pieces.MoveNextAsync().AsTask();
        next.IsCompleted.ShouldBeFalse();

        new Delivery(_subscriptions, TestActor).Begin(Messages("chat 0"));
        (await next).ShouldBeTrue();
        pieces.Current.Select(Text).ShouldBe(["chat 0"]);

        next = pieces.MoveNextAsync().AsTask();
        next.IsCompleted.ShouldBeFalse();
        reader.Close();
        (await next).ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_that_has_found_nothing_is_cancelled_whenever_that_comes(bool before)
    {
        using var cancellation = new CancellationTokenSource();
        if (before)
        {
            await cancellation.CancelAsync();
        }

        var pieces = Subscribe("chat", 10).ReadAllAsync(cancellation.Token).GetAsyncEnumerator();
        var next = pieces.MoveNextAsync().AsTask();
        if (!before)
        {
            next.IsCompleted.ShouldBeFalse();
            await cancellation.CancelAsync();
        }

        await Should.ThrowAsync<OperationCanceledException>(next.WaitAsync(Patience));
    }

    private ReaderSubscription Subscribe(string channel, int capacity)
    {
        var subscription = new ReaderSubscription(channel, capacity);
        _subscriptions.Add(subscription);
        return subscription;
    }

    /// <summary>Each on the channel that its text begins with.</summary>
    private static PeerMessage[] Messages(params string[] texts) =>
        [.. texts.Select(t => new PeerMessage(Bob, t.Split(' ')[0], Encoding.UTF8.GetBytes(t)))];

    private async Task<List<string>> ReadAsync(ReaderSubscription subscription, int count)
    {
        var read = new List<string>();
        await foreach (var piece in subscription.ReadAllAsync(_patience.Token))
        {
            read.AddRange(piece.Select(Text));
            if (read.Count >= count)
            {
                break;
            }
        }

        return read;
    }

    private static string Text(PeerMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    protected override void Dispose(bool disposing)
    {
        _patience.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Delivers so many messages in chunks of up to ten.</summary>
    private sealed class Connection : ReceiveActor
    {
        private readonly Delivery _delivery;
        private readonly int _connection;
        private readonly int _messages;
        private int _next;

        public Connection(Subscriptions subscriptions, int connection, int messages)
        {
            (_delivery, _connection, _messages) = (new Delivery(subscriptions, Self), connection, messages);
            Receive<Delivery.RoomAgain>(_ =>
            {
                _delivery.GoOn();
                DeliverMore();
            });
        }

        protected override void PreStart() => DeliverMore();

        private void DeliverMore()
        {
            while (!_delivery.IsUnderWay && _next < _messages)
            {
                var count = Math.Min(1 + (_next % 10), _messages - _next);
                _delivery.Begin(Enumerable.Range(_next, count).Select(n => new PeerMessage(Bob, "chat", (byte[])[(byte)_connection, .. BitConverter.GetBytes(n)])).ToArray());
                _next += count;
            }
        }
    }
}
