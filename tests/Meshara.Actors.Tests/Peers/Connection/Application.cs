using Meshara.Actors.Peers.Messages;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>Who uses the node of a spec: takes what arrives on a few channels, or does not.</summary>
internal sealed class Application
{
    private readonly List<PeerMessage> _taken = [];
    private readonly List<Action> _waiting = [];

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
        Action[] waiting = [.. _waiting];
        _waiting.Clear();
        Array.ForEach(waiting, wake => wake());
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
            return messages.Count;
        }

        public override void WhenRoom(Action wake) => application._waiting.Add(wake);
    }
}
