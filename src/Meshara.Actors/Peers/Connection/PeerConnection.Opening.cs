using Akka.Actor;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers.Connection;

/// <content>How a connection begins.</content>
internal sealed partial class PeerConnection
{
    /// <summary>
    /// What both ends do for the handshake is over by then, and does not lengthen the first round trip that is measured; and who only comes and
    /// goes is not pinged. No longer than the shortest interval of a heartbeat.
    /// </summary>
    public static readonly TimeSpan FirstPing = TimeSpan.FromMilliseconds(100);

    private void Proving(object message)
    {
        switch (message)
        {
            case Proof.Given proven:
                _peer = proven.Link;
                var limits = node.Settings.Connection;
                _link = new Link(proven.Link, limits, new Intake(limits, node.Clock, Timers), _vitality, Self, _alive.Token);
                BecomeHandshaking();
                break;
            case Proof.Missing failure:
                End(failure.Reason, detail: failure.Detail);
                break;
            case Deadline:
                BecomeAbandoning(Reason.HandshakeTimeout);
                break;
            case Close close:
                BecomeAbandoning(close.Reason);
                break;
            case Retune retune:
                _vitality.Retune(retune.Heartbeat, arm: () => { });
                break;
            default:
                NotConnected(message);
                break;
        }
    }

    private void BecomeHandshaking()
    {
        Become(Handshaking);
        Action begin = origin.Direction == Direction.Outbound ? AskToBeAdmitted : _link!.Read;
        begin();
    }

    private void Handshaking(object message)
    {
        if (Flow(message))
        {
            return;
        }

        switch (message)
        {
            case Admit:
                _link!.Say(node.Hello(_peer!.Remote));
                if (origin.Direction == Direction.Inbound)
                {
                    BecomeConnected();
                }

                // Before it waits for the other side: the end of the handshake goes out with the hello.
                Flush();
                _link!.Read();
                break;
            case Refuse refusal:
                BecomeClosing(refusal.Reason);
                break;
            case Close close:
                BecomeClosing(close.Reason);
                break;
            case Deadline:
                BecomeClosing(Reason.HandshakeTimeout);
                break;
            case Link.Ended:
                End(Reason.HandshakeRejected);
                break;
            case Link.Broke broke:
                End(broke.Reason == Reason.ConnectionLost ? Reason.HandshakeRejected : broke.Reason);
                break;
            default:
                NotConnected(message);
                break;
        }
    }

    private AfterFrame OnIntroduced(Introduction introduction)
    {
        _introduction = introduction;
        if (origin.Direction == Direction.Inbound)
        {
            AskToBeAdmitted();
            return AfterFrame.AwaitAdmission.Instance;
        }

        BecomeConnected();
        return AfterFrame.GoOn.Instance;
    }

    private void AskToBeAdmitted() =>
        supervisor.Tell(new AskAdmission(number, _peer!.RemoteKey, _peer.Remote) { Outbox = _link!.Outbox });

    private void BecomeConnected()
    {
        _conversation = Conversation.Begin(number, NodeId.Of(_peer!.RemoteKey), node, supervisor, _link!, _vitality, Self);
        Timers.Cancel(Deadline.Instance);
        Become(Connected);
        _link!.Outbox.Open();
        supervisor.Tell(new Opened(number, _introduction!));
        Timers.StartSingleTimer(Beat.Instance, Probe.Instance, FirstPing);
    }

    /// <summary>Calls the constructor, which is otherwise found anew, and called by reflection, for each connection.</summary>
    private sealed class Producer(Func<PeerConnection> produce) : IIndirectActorProducer
    {
        public Type ActorType => typeof(PeerConnection);

        public ActorBase Produce() => produce();

        public void Release(ActorBase actor)
        {
        }
    }
}
