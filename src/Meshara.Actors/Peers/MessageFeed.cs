using System.Threading.Channels;
using Akka.Actor;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers;

/// <summary>
/// Hands received messages to those who subscribed to their channel. A subscriber that lags holds back the answer to the
/// connections that deliver to it; they stop reading, and TCP slows the senders down. Nothing is dropped and nothing grows.
/// </summary>
internal sealed class MessageFeed : ReceiveActor
{
    private readonly List<Subscription> _subscriptions = [];

    public MessageFeed()
    {
        Receive<Subscribe>(s => _subscriptions.Add(new Subscription(s.Channel, s.Writer)));
        Receive<SubscribeActor>(s =>
        {
            _subscriptions.Add(new Subscription(s.Channel, s.Subscriber));
            Context.Watch(s.Subscriber);
        });
        Receive<Terminated>(t => _subscriptions.RemoveAll(s => t.ActorRef.Equals(s.Actor)));
        Receive<Deliver>(deliver => OnDeliver(new Delivery(deliver, 0, Sender)));
        Receive<Room>(room =>
        {
            if (!room.Open)
            {
                _subscriptions.Remove(room.Subscription);
            }

            OnDeliver(room.Rest);
        });
    }

    protected override void PostStop()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Writer?.TryComplete();
        }

        base.PostStop();
    }

    private static async Task<Room> WhenRoom(Subscription subscription, Delivery rest)
    {
        try
        {
            return new Room(subscription, rest, await subscription.Writer!.WaitToWriteAsync().ConfigureAwait(false));
        }
        catch (ChannelClosedException)
        {
            return new Room(subscription, rest, Open: false);
        }
    }

    private void OnDeliver(Delivery delivery)
    {
        for (var i = delivery.Next; i < delivery.Messages.Messages.Length; i++)
        {
            var message = delivery.Messages.Messages[i];
            foreach (var subscription in _subscriptions)
            {
                if (subscription.Channel != message.Channel || ReferenceEquals(subscription.LastDelivered, message))
                {
                    continue;
                }

                if (subscription.Writer is not { } writer)
                {
                    subscription.Actor!.Tell(message);
                }
                else if (!writer.TryWrite(message))
                {
                    WhenRoom(subscription, delivery with { Next = i }).PipeTo(Self);
                    return;
                }

                subscription.LastDelivered = message;
            }
        }

        delivery.Connection.Tell(Delivered.Instance);
    }

    /// <summary>Messages of <paramref name="Channel"/> go to the writer from now on, until it is completed.</summary>
    public sealed record Subscribe(string Channel, ChannelWriter<PeerMessage> Writer);

    /// <summary>Messages of <paramref name="Channel"/> go to the actor from now on, until it stops.</summary>
    public sealed record SubscribeActor(string Channel, IActorRef Subscriber);

    private sealed record Delivery(Deliver Messages, int Next, IActorRef Connection);

    /// <summary>A subscriber has room again, or (not open) has gone: the delivery goes on.</summary>
    private sealed record Room(Subscription Subscription, Delivery Rest, bool Open);

    private sealed class Subscription
    {
        public Subscription(string channel, ChannelWriter<PeerMessage> writer) => (Channel, Writer) = (channel, writer);

        public Subscription(string channel, IActorRef actor) => (Channel, Actor) = (channel, actor);

        public string Channel { get; }

        public ChannelWriter<PeerMessage>? Writer { get; }

        public IActorRef? Actor { get; }

        /// <summary>Where a delivery that was held up for another subscriber goes on: this one has had the message already.</summary>
        public PeerMessage? LastDelivered { get; set; }
    }
}
