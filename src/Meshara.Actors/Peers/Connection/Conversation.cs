using System.Text;
using Akka.Actor;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <summary>
/// What is said on one connection once both sides know each other. Owned by its connection, on that actor's thread. Messages of one
/// chunk go to the feed together, and nothing more is read until the application has taken them.
/// </summary>
internal sealed class Conversation(Hearsay hearsay, Link link, Vitality vitality, int maxFrameSize, IActorRef messages)
{
    private readonly List<PeerMessage> _batch = [];

    /// <summary>Whether the application has not taken yet what was received.</summary>
    public bool IsDelivering { get; private set; }

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
                _batch.Add(new PeerMessage(hearsay.Peer, frame.Data.Channel, frame.Data.Payload.Memory));
                return AfterFrame.GoOn.Instance;
            case Envelope.MessageOneofCase.Goodbye:
                return new AfterFrame.Leave(Reasons.FromWire(frame.Goodbye.Reason));
            case Envelope.MessageOneofCase.GetPeers:
                return hearsay.OnGetPeers(frame.GetPeers);
            case Envelope.MessageOneofCase.Peers:
                return hearsay.OnPeers(frame.Peers);
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
        var count = _batch.Count;
        if (count > 0)
        {
            IsDelivering = true;
            messages.Tell(new Deliver([.. _batch]));
            _batch.Clear();
        }

        return count;
    }

    /// <summary>What people, the application and the supervisor want of the peer.</summary>
    public void OnMessage(IToConversation message, IActorRef sender)
    {
        switch (message)
        {
            case Send send:
                sender.Tell(Send(send));
                break;
            case PingNow:
                link.Say(vitality.Ping(sender));
                break;
            case Delivered:
                GoOnReading();
                break;
            case AskForPeers:
                link.Say(hearsay.Ask());
                break;
            case TellOfPeers told:
                link.Say(Hearsay.Tell(told.Records));
                break;
        }
    }

    /// <summary>The application has taken them.</summary>
    private void GoOnReading()
    {
        IsDelivering = false;
        vitality.Heard();
        link.Read();
    }

    /// <summary>Queues what the application sends.</summary>
    private SendResult Send(Send send)
    {
        var frame = new Envelope { Data = new Data { Channel = send.Channel, Payload = send.Payload } };
        var size = FrameCodec.SizeOf(frame);
        if (size - FrameCodec.HeaderSize > maxFrameSize)
        {
            return SendResult.TooLarge;
        }

        return link.TrySend(frame, size) ? SendResult.Queued : SendResult.QueueFull;
    }

    /// <summary>The heartbeat is due. Something to say is said; true when the peer is dead.</summary>
    public bool Beat()
    {
        // While the application does not take what was received, or the peer was too fast, nothing is read: a silence says nothing of it.
        if (IsDelivering || link.IsHeldBack)
        {
            vitality.Heard();
        }

        var step = vitality.OnBeat();
        if (step is HeartbeatStep.SendPing ping)
        {
            link.Say(new Envelope { Ping = new Ping { Nonce = ping.Nonce } });
        }

        return step is HeartbeatStep.DeclareDead;
    }
}
