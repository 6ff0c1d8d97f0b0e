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
        Become(() =>
        {
            Receive<Proof.Given>(proven =>
            {
                _peer = proven.Link;
                Context.Stop(Self);
            });
            Receive<Proof.Missing>(_ => Context.Stop(Self));
            NotConnected();
        });
    }

    /// <summary>The peer has said goodbye. What it said before that has a moment to be taken by the application.</summary>
    private void BecomeLeaving(Reason reason)
    {
        TellEnded(reason, byPeer: true, detail: null);
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, node.Settings.Connection.GoodbyeTimeout);
        Become(() =>
        {
            Receive<Deadline>(_ => Context.Stop(Self));
            Receive<Delivery.RoomAgain>(_ =>
            {
                if (_conversation!.GoOnDelivering())
                {
                    Context.Stop(Self);
                }
            });
            NotConnected();
        });
    }

    /// <summary>Says goodbye, and gives it a moment to arrive.</summary>
    private void BecomeClosing(Reason reason)
    {
        TellEnded(reason, byPeer: false, detail: null);
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, node.Settings.Connection.GoodbyeTimeout);
        Become(Closing);
        _link!.SayLast(new Envelope { Goodbye = new Goodbye { Reason = (uint)reason } });
    }

    private void Closing()
    {
        // The other side closes when it has read the goodbye. To close first could destroy what it has not read yet.
        Receive<Deadline>(_ => Context.Stop(Self));
        Receive<Link.IOver>(_ => Context.Stop(Self));
        Receive<Intake.Rested>(_ => _link!.OnRested());
        Receive<Delivery.RoomAgain>(_ => _conversation!.GoOnDelivering());
        Receive<Link.Arrived>(_ =>
        {
            _link!.Discard();
            _link.Read();
        });
        Receive<Link.Wrote>(_ =>
        {
            if (!_link!.OnWrote())
            {
                _link.Read();
            }
        });
        NotConnected();
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
    private void NotConnected()
    {
        Receive<PingNow>(_ => Sender.Tell(new MeshProtocol.Failed(Reason.NotConnected)));
        Receive<Describe>(_ => Sender.Tell(new Description(number, 0, 0, null, null)));
        ReceiveAny(_ => { });
    }
}
