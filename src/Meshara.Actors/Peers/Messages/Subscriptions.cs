using System.Collections.Immutable;
using Akka.Actor;

namespace Meshara.Actors.Peers.Messages;

/// <summary>Somebody who wants the messages of one channel. Thread-safe: many connections give to it.</summary>
internal abstract class Subscription(string channel)
{
    /// <summary>Of which channel.</summary>
    public string ChannelName => channel;

    /// <summary>Gives it messages of its channel; how many of them, from the first, it had room for.</summary>
    public abstract int Give(ArraySegment<PeerMessage> messages);

    /// <summary>It had no room for all of them: the delivery is woken once, on any thread and perhaps at once, when there may be some again.</summary>
    public virtual void Await(Delivery waiter)
    {
    }

    /// <summary>A delivery that waited has given all that it waited for, or gives nothing more: it is the turn of the next.</summary>
    public virtual void Leave(Delivery waiter)
    {
    }

    /// <summary>Nothing more comes.</summary>
    public virtual void Close()
    {
    }
}

/// <summary>An actor, which is told each message and has all the room there is: the bound of its mailbox is its own matter.</summary>
internal sealed class ActorSubscription(string channel, IActorRef subscriber) : Subscription(channel)
{
    public IActorRef Subscriber => subscriber;

    public override int Give(ArraySegment<PeerMessage> messages)
    {
        foreach (var message in messages)
        {
            subscriber.Tell(message);
        }

        return messages.Count;
    }
}

/// <summary>All who have subscribed. Thread-safe: it holds from the moment that it is added, and connections read it each on its own thread.</summary>
internal sealed class Subscriptions
{
    private ImmutableArray<Subscription> _all = [];
    private volatile bool _closed;

    /// <summary>As they are now.</summary>
    public ImmutableArray<Subscription> All => ImmutableInterlocked.InterlockedCompareExchange(ref _all, default, default);

    /// <summary>From now on it is given the messages of its channel; closed at once if the node has stopped.</summary>
    public void Add(Subscription subscription)
    {
        ImmutableInterlocked.Update(ref _all, all => all.Add(subscription));
        if (_closed)
        {
            subscription.Close();
        }
    }

    /// <summary>It is given nothing more.</summary>
    public void Remove(Subscription subscription)
    {
        ImmutableInterlocked.Update(ref _all, all => all.Remove(subscription));
        subscription.Close();
    }

    /// <summary>The node has stopped: nothing more comes.</summary>
    public void Close()
    {
        _closed = true;
        foreach (var subscription in All)
        {
            subscription.Close();
        }
    }
}
