using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Meshara.Actors.Peers.Connection;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// Hands the messages that one read has brought to those who subscribed to their channels. When one of them has no room, it waits for it: the
/// connection reads nothing meanwhile, and TCP slows the sender down. Owned by its connection.
/// </summary>
/// <param name="connection">Told <see cref="RoomAgain"/>, upon which it calls <see cref="GoOn"/>.</param>
internal sealed class Delivery(Subscriptions subscriptions, IActorRef connection)
{
    private ArraySegment<PeerMessage> _messages = [];
    private ImmutableArray<Subscription> _to = [];
    private Subscription? _awaited;
    private int _start;
    private int _next;
    private int _given;

    /// <summary>Whether somebody has not had all of them yet.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Hands out these, in order.</summary>
    public void Begin(ArraySegment<PeerMessage> messages)
    {
        (_messages, _to, _start, _next, _given, IsUnderWay) = (messages, subscriptions.All, 0, 0, 0, true);
        GoOn();
    }

    /// <summary>Hands out what is left, as far as there is room.</summary>
    public void GoOn()
    {
        for (var end = EndOfRun(_start); _start < _messages.Count; (_start, _next, end) = (end, 0, EndOfRun(end)))
        {
            for (; _next < _to.Length; _next++)
            {
                if (_to[_next].ChannelName == _messages[_start].Channel && !Give(_to[_next], end))
                {
                    return;
                }
            }
        }

        (_messages, _to, IsUnderWay) = ([], [], false);
    }

    /// <summary>The connection has ended, and this with it: what is left is dropped, and whoever waits behind it has its turn.</summary>
    public void Abandon()
    {
        (_messages, _to, IsUnderWay) = ([], [], false);
        var awaited = _awaited;
        _awaited = null;
        awaited?.Leave(this);
    }

    /// <summary>From any thread: the subscriber that was waited for has room again, or has gone.</summary>
    public void Wake() => connection.Tell(RoomAgain.Instance);

    /// <summary>Whether it has had the whole run now.</summary>
    private bool Give(Subscription subscription, int end)
    {
        _given += subscription.Give(_messages[(_start + _given)..end]);
        if (_start + _given < end)
        {
            _awaited = subscription;
            subscription.Await(this);
            return false;
        }

        _given = 0;
        if (_awaited is not null)
        {
            _awaited = null;
            subscription.Leave(this);
        }

        return true;
    }

    /// <summary>Behind the last of those that are on the same channel as the one there.</summary>
    private int EndOfRun(int start)
    {
        var end = start;
        while (end < _messages.Count && _messages[end].Channel == _messages[start].Channel)
        {
            end++;
        }

        return end;
    }

    /// <summary>What <see cref="Wake"/> tells the connection.</summary>
    public sealed record RoomAgain : PeerConnectionProtocol.IToConversation, IDeadLetterSuppression
    {
        public static readonly RoomAgain Instance = new();
    }
}
