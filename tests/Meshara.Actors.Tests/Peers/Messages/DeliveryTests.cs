using Akka.Actor;
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
    public async Task Of_many_connections_each_is_let_on_in_its_turn_and_no_more_wait_than_may()
    {
        const int connections = 20, each = 500, most = 7;
        var reader = Subscribe("chat", most);
        for (var i = 0; i < connections; i++)
        {
            Sys.ActorOf(Props.Create(() => new Connection(_subscriptions, i, each)));
        }

        var next = new int[connections];
        var read = 0;
        await foreach (var piece in reader.ReadAllAsync(default))
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
        var feed = Sys.ActorOf(Props.Create(() => new MessageFeed(_subscriptions)));
        var (reader, actor) = (new ReaderSubscription("chat", 1), CreateTestProbe());
        var subscription = new ActorSubscription("chat", actor);
        _subscriptions.Add(reader);
        _subscriptions.Add(subscription);
        feed.Tell(subscription);

        new Delivery(_subscriptions, TestActor).Begin(Messages("chat 0"));
        (await actor.ExpectMsgAsync<PeerMessage>()).Channel.ShouldBe("chat");
        Sys.Stop(actor);
        AwaitCondition(() => _subscriptions.All.Length == 1);

        // With the node the readers come to their end, and who comes too late at once.
        Sys.Stop(feed);
        (await ReadAsync(reader, int.MaxValue)).ShouldBe(["chat 0"]);
        (await ReadAsync(Subscribe("chat", 1), int.MaxValue)).ShouldBeEmpty();
    }

    private ReaderSubscription Subscribe(string channel, int capacity)
    {
        var subscription = new ReaderSubscription(channel, capacity);
        _subscriptions.Add(subscription);
        return subscription;
    }

    /// <summary>Each on the channel that its text begins with.</summary>
    private static PeerMessage[] Messages(params string[] texts) =>
        [.. texts.Select(t => new PeerMessage(Bob, t.Split(' ')[0], System.Text.Encoding.UTF8.GetBytes(t)))];

    private static async Task<List<string>> ReadAsync(ReaderSubscription subscription, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        var read = new List<string>();
        await foreach (var piece in subscription.ReadAllAsync(patience.Token))
        {
            read.AddRange(piece.Select(m => System.Text.Encoding.UTF8.GetString(m.Payload.Span)));
            if (read.Count >= count)
            {
                break;
            }
        }

        return read;
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
                _delivery.Begin([.. Enumerable.Range(_next, count).Select(n => new PeerMessage(Bob, "chat", (byte[])[(byte)_connection, .. BitConverter.GetBytes(n)]))]);
                _next += count;
            }
        }
    }
}
