using Meshara.Actors.Peers.Messages;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>Who uses the node of a spec: takes what arrives on a few channels, or does not.</summary>
internal sealed class Application
{
    private readonly List<PeerMessage> _taken = [];
    private readonly List<Delivery> _waiting = [];

    /// <summary>What it does at once with what it is given.</summary>
    public Action OnTaken { get; set; } = () => { };

    /// <summary>How many connections wait for it.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Whether it takes what arrives.</summary>
    public bool IsStuck { get; set; }

    public void SubscribeTo(Subscriptions subscriptions)
    {
        foreach (var channel in new[] { "a", "b", "c", "chat", "late" })
        {
            subscriptions.Add(new Taker(channel, this));
        }
    }

    /// <summary>What it was given since it was last asked.</summary>
    public IReadOnlyList<PeerMessage> Take()
    {
        PeerMessage[] taken = [.. _taken];
        _taken.Clear();
        return taken;
    }

    /// <summary>It takes what arrives from now on.</summary>
    public void Recover()
    {
        IsStuck = false;
        Delivery[] waiting = [.. _waiting];
        _waiting.Clear();
        Array.ForEach(waiting, w => w.Wake());
    }

    private sealed class Taker(string channel, Application application) : Subscription(channel)
    {
        public override int Give(ArraySegment<PeerMessage> messages)
        {
            if (application.IsStuck)
            {
                return 0;
            }

            application._taken.AddRange(messages);
            application.OnTaken();
            return messages.Count;
        }

        public override void Await(Delivery waiter) => application._waiting.Add(waiter);

        public override void Leave(Delivery waiter) => application._waiting.Remove(waiter);
    }
}
