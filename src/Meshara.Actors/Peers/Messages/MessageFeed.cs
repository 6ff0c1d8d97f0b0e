using Akka.Actor;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// Looks after the <see cref="Subscriptions"/>: an actor that has stopped is taken out, and with the node all come to their end. The messages
/// themselves do not pass here: each connection hands its own to the subscribers.
/// </summary>
internal sealed class MessageFeed : ReceiveActor
{
    private readonly Subscriptions _subscriptions;

    public MessageFeed(Subscriptions subscriptions)
    {
        _subscriptions = subscriptions;
        Receive<ActorSubscription>(s => Context.WatchWith(s.Subscriber, new Gone(s)));
        Receive<Gone>(gone => subscriptions.Remove(gone.Subscription));
    }

    protected override void PostStop()
    {
        _subscriptions.Close();
        base.PostStop();
    }

    private sealed record Gone(ActorSubscription Subscription);
}
