using System.Text;
using Akka.Actor;
using Meshara.Actors.Peers.Messages;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <summary>
/// What is said on one connection once both sides know each other. Owned by its connection, on that actor's thread. Messages of one
/// chunk are handed on together, and nothing more is read until the application has room for them.
/// </summary>
internal sealed class Conversation(Hearsay hearsay, ReachTalk reach, Link link, Vitality vitality, Delivery delivery)
{
    private readonly Arrivals _arrivals = new(hearsay.Peer);

    /// <summary>Whether the application has no room yet for what was received.</summary>
    public bool IsDelivering => delivery.IsUnderWay;

    /// <summary>That of a connection which both sides have said hello on.</summary>
    public static Conversation Begin(long connection, NodeId peer, NodeContext node, IActorRef supervisor, Link link, Vitality vitality, IActorRef self)
    {
        var offences = new Offences(connection, node.Clock, supervisor);
        return new Conversation(
            new Hearsay(connection, peer, node, offences, supervisor),
            new ReachTalk(connection, node.Clock, link.Say, offences, supervisor),
            link, vitality, new Delivery(node.Subscriptions, self));
    }

    /// <inheritdoc cref="IFrameReceiver.TakeMessages"/>
    public int TakeMessages(ref ReadOnlySpan<byte> frames, int maxBody) => _arrivals.TakeFrom(ref frames, maxBody);

    /// <summary>Any other frame, as the parser has read it.</summary>
    public AfterFrame On(Envelope frame)
    {
        switch (frame.MessageCase)
        {
            case Envelope.MessageOneofCase.Ping when vitality.MayAnswerPing():
                link.Say(new Envelope { Pong = new Pong { Nonce = frame.Ping.Nonce } });
                return AfterFrame.GoOn.Instance;
            case Envelope.MessageOneofCase.Pong:
                vitality.Ponged(frame.Pong.Nonce);
                return AfterFrame.GoOn.Instance;
            case Envelope.MessageOneofCase.Data when Encoding.UTF8.GetByteCount(frame.Data.Channel) is > 0 and <= Mesh.MaxChannelLength:
                _arrivals.Add(frame.Data.Channel, frame.Data.Payload.Memory);
                return AfterFrame.GoOn.Instance;
            case Envelope.MessageOneofCase.Goodbye:
                return new AfterFrame.Leave(Reasons.FromWire(frame.Goodbye.Reason));
            case Envelope.MessageOneofCase.GetPeers:
                return hearsay.OnGetPeers(frame.GetPeers);
            case Envelope.MessageOneofCase.Peers:
                return hearsay.OnPeers(frame.Peers);
            case Envelope.MessageOneofCase.CheckReach:
                return reach.OnCheck(frame.CheckReach);
            case Envelope.MessageOneofCase.ReachChecked:
                return reach.OnChecked(frame.ReachChecked);
            case Envelope.MessageOneofCase.None when vitality.MaySpeakOfTheUnknown():
                // A kind of message of a later version.
                return AfterFrame.GoOn.Instance;
            default:
                return new AfterFrame.SayGoodbye(Reason.ProtocolError);
        }
    }

    /// <summary>Hands on the messages of the chunk; how many there were.</summary>
    public int Deliver()
    {
        var count = _arrivals.Count;
        if (count > 0)
        {
            delivery.Begin(_arrivals.TakeAll());
        }

        return count;
    }

    /// <summary>The connection has ended: what was not handed on is dropped.</summary>
    public void Abandon() => delivery.Abandon();

    /// <summary>What people, the application and the supervisor want of the peer.</summary>
    public void OnMessage(IToConversation message, IActorRef sender)
    {
        switch (message)
        {
            case PingNow:
                link.Say(vitality.Ping(sender));
                break;
            case Delivery.RoomAgain when delivery.IsUnderWay && GoOnDelivering():
                vitality.Paused();
                link.Read();
                break;
            case AskForPeers:
                link.Say(hearsay.Ask());
                break;
            case TellOfPeers told:
                link.Say(Hearsay.Tell(told.Records));
                break;
            case AskToDialBack question:
                reach.Ask(question, sender);
                break;
            case TellReach told:
                reach.Tell(told);
                break;
        }
    }

    /// <summary>Hands on what is left, as far as there is room; true when that was all.</summary>
    public bool GoOnDelivering()
    {
        delivery.GoOn();
        return !delivery.IsUnderWay;
    }

    /// <summary>The heartbeat is due. Something to say is said; true when the peer is dead.</summary>
    public bool Beat()
    {
        // While the application does not take what was received, or the peer was too fast, nothing is read: a silence says nothing of it.
        if (IsDelivering || link.IsHeldBack)
        {
            vitality.Paused();
        }

        var step = vitality.OnBeat();
        if (step is HeartbeatStep.SendPing ping)
        {
            link.Say(new Envelope { Ping = new Ping { Nonce = ping.Nonce } });
        }

        return step is HeartbeatStep.DeclareDead;
    }
}
