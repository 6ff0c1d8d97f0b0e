using Akka.Actor;
using Meshara.Actors.Peers.Messages;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <content>How a connection ends.</content>
internal sealed partial class PeerConnection
{
    /// <summary>Gives up before there is a link; one that comes about all the same is closed, not leaked.</summary>
    private void BecomeAbandoning(Reason reason)
    {
        TellEnded(reason, byPeer: false, detail: null);
        _alive.Cancel();
        Become(Abandoning);
    }

    private void Abandoning(object message)
    {
        switch (message)
        {
            case Proof.Given proven:
                _peer = proven.Link;
                Context.Stop(Self);
                break;
            case Proof.Missing:
                Context.Stop(Self);
                break;
            default:
                NotConnected(message);
                break;
        }
    }

    /// <summary>The peer has said goodbye. What it said before that has a moment to be taken by the application.</summary>
    private void BecomeLeaving(Reason reason)
    {
        TellEnded(reason, byPeer: true, detail: null);
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, node.Settings.Connection.GoodbyeTimeout);
        Become(Leaving);
    }

    private void Leaving(object message)
    {
        switch (message)
        {
            case Deadline:
                Context.Stop(Self);
                break;
            case Delivery.RoomAgain when _conversation!.GoOnDelivering():
                Context.Stop(Self);
                break;
            default:
                NotConnected(message);
                break;
        }
    }

    /// <summary>Says goodbye, and gives it a moment to arrive.</summary>
    private void BecomeClosing(Reason reason)
    {
        TellEnded(reason, byPeer: false, detail: null);
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, node.Settings.Connection.GoodbyeTimeout);
        Become(Closing);
        if (!_link!.SayLast(new Envelope { Goodbye = new Goodbye { Reason = (uint)reason } }))
        {
            _link.Read();
        }
    }

    private void Closing(object message)
    {
        switch (message)
        {
            // The other side closes when it has read the goodbye. To close first could destroy what it has not read yet.
            case Deadline or Link.IOver:
                Context.Stop(Self);
                break;
            case Intake.Rested:
                _link!.OnRested();
                break;
            case Delivery.RoomAgain:
                _conversation!.GoOnDelivering();
                break;
            case Link.Arrived:
                _link!.Discard();
                _link.Read();
                break;
            case Link.Wrote:
                if (!_link!.OnWrote())
                {
                    _link.Read();
                }

                break;
            default:
                NotConnected(message);
                break;
        }
    }

    /// <summary>Ends without a word: there is nobody who would hear it.</summary>
    private void End(Reason reason, bool byPeer = false, string? detail = null)
    {
        TellEnded(reason, byPeer, detail);
        Context.Stop(Self);
    }

    private void TellEnded(Reason reason, bool byPeer, string? detail)
    {
        ReportActivity();
        _vitality.Abandon(reason);
        _link?.Outbox.Close();
        supervisor.Tell(new Ended(number, reason, byPeer, detail) { Proven = _peer?.RemoteKey });
    }

    /// <summary>What people ask of a peer that is not, or no longer, connected.</summary>
    private void NotConnected(object message)
    {
        switch (message)
        {
            case PingNow:
                Sender.Tell(new MeshProtocol.Failed(Reason.NotConnected));
                break;
            case Describe:
                Sender.Tell(new Description(number, 0, 0, null, null));
                break;
        }
    }
}
