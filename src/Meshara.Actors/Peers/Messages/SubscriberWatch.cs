using Akka.Actor;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// Looks after the <see cref="Subscriptions"/>: an actor that has stopped is taken out, and with the node all come to their end. The messages
/// themselves do not pass here: each connection hands its own to the subscribers.
/// </summary>
internal sealed class SubscriberWatch : ReceiveActor
{
    private readonly Subscriptions _subscriptions;

    public SubscriberWatch(Subscriptions subscriptions)
    {
        _subscriptions = subscriptions;
        Receive<ActorSubscription>(s => Context.Watch(s.Subscriber));
        Receive<Terminated>(t =>
        {
            foreach (var gone in subscriptions.All.OfType<ActorSubscription>().Where(s => s.Subscriber.Equals(t.ActorRef)))
            {
                subscriptions.Remove(gone);
            }
        });
    }

    protected override void PostStop()
    {
        _subscriptions.Close();
        base.PostStop();
    }
}
