using System.Collections.Immutable;
using System.Text;
using Akka.Actor;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using static Meshara.Actors.Peers.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers;

/// <summary>
/// One connection to one peer, from dial or accept to close. It stops when it has ended and is never restarted: whether to dial
/// again is the supervisor's to decide.
/// </summary>
/// <remarks>
/// <code>
///            link open               dialled: admitted, hello sent, hello heard
/// Proving ---------------> Handshaking ------------------------------------------> Connected
///    |                          |      accepted: hello heard, admitted, hello sent     |
///    |  no link                 |  refused, deadline, goodbye, lost                    |  goodbye, lost,
///    v                          v                                                      v  dead, close
/// (stop) &lt;-------------------- Closing &lt;------------------------------------------------
/// </code>
/// </remarks>
internal sealed class PeerConnection : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly long _number;
    private readonly ConnectionOrigin _origin;
    private readonly NodeContext _node;
    private readonly IActorRef _supervisor;
    private readonly IActorRef _messages;
    private readonly CancellationTokenSource _alive = new();
    private readonly Vitality _vitality;
    private readonly Traffic _traffic;
    private readonly List<PeerMessage> _batch = [];

    private IPeerLink? _peer;
    private NodeId _id;
    private Link? _link;
    private Introduction? _introduction;
    private Func<Envelope, bool> _receive = _ => false;
    private int _frameLimit;
    private bool _delivering;

    public PeerConnection(long number, ConnectionOrigin origin, NodeContext node, IActorRef supervisor, IActorRef messages, int seed)
    {
        _number = number;
        _origin = origin;
        _node = node;
        _supervisor = supervisor;
        _messages = messages;
        _vitality = new Vitality(node.Settings, node.Clock, new Random(seed));
        _traffic = new Traffic(node.Clock);
        _frameLimit = node.Settings.Connection.MaxHandshakeFrameSize;
        Proving();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(long number, ConnectionOrigin origin, NodeContext node, IActorRef supervisor, IActorRef messages, int seed) =>
        Akka.Actor.Props.Create(() => new PeerConnection(number, origin, node, supervisor, messages, seed))
            .WithDispatcher(node.Settings.Dispatcher);

    protected override void PreStart()
    {
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, _node.Settings.Connection.HandshakeTimeout);
        Proof.AskAsync(_origin, _node.Transport, _alive.Token).PipeTo(Self);
    }

    protected override void PostStop()
    {
        _alive.Cancel();
        _alive.Dispose();
        (_origin as ConnectionOrigin.Accept)?.Socket.Dispose();
        _ = _peer?.DisposeAsync().AsTask();
        base.PostStop();
    }

    private void Proving()
    {
        Receive<Proof.Given>(proven =>
        {
            _peer = proven.Link;
            _id = NodeId.Of(proven.Link.RemoteKey);
            var limits = _node.Settings.Connection;
            _link = new Link(
                proven.Link, new OutboundQueue(limits.MaxQueuedMessages, limits.MaxQueuedSize), _vitality, Self, _alive.Token);
            BecomeHandshaking();
        });
        Receive<Proof.Missing>(failure => End(failure.Reason, detail: failure.Detail));
        Receive<Deadline>(_ => BecomeAbandoning(Reason.HandshakeTimeout));
        Receive<Close>(close => BecomeAbandoning(close.Reason));
        NotConnected();
    }

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

    private void BecomeHandshaking()
    {
        _receive = OnHandshakeFrame;
        Become(Handshaking);
        if (_origin.Direction == Direction.Outbound)
        {
            AskToBeAdmitted();
        }
        else
        {
            _link!.Read();
        }
    }

    private void Handshaking()
    {
        Receive<Admit>(_ =>
        {
            _link!.Say(_node.Hello(_peer!.Remote));
            if (_origin.Direction == Direction.Inbound)
            {
                BecomeConnected();
            }

            _link!.Read();
        });
        Receive<Refuse>(refusal => BecomeClosing(refusal.Reason));
        Receive<Deadline>(_ => BecomeClosing(Reason.HandshakeTimeout));
        Receive<Link.Ended>(_ => End(Reason.HandshakeRejected));
        Receive<Link.Broke>(broke => End(broke.Reason == Reason.ConnectionLost ? Reason.HandshakeRejected : broke.Reason));
        Flowing();
        NotConnected();
    }

    private bool OnHandshakeFrame(Envelope frame)
    {
        if (frame.MessageCase == Envelope.MessageOneofCase.Goodbye)
        {
            End(Reasons.FromWire(frame.Goodbye.Reason), byPeer: true);
            return false;
        }

        if (frame.MessageCase == Envelope.MessageOneofCase.None)
        {
            return true;
        }

        (_introduction, var refusal) = Handshake.Judge(frame, _node.Settings.Network, _peer!.RemoteKey);
        if (refusal is { } reason)
        {
            BecomeClosing(reason);
            return false;
        }

        if (_origin.Direction == Direction.Inbound)
        {
            AskToBeAdmitted();
            return false;
        }

        BecomeConnected();
        return true;
    }

    private void AskToBeAdmitted() =>
        _supervisor.Tell(new AskAdmission(_number, _peer!.RemoteKey, _peer.Remote));

    private void BecomeConnected()
    {
        _receive = OnFrame;
        _frameLimit = _node.Settings.Connection.MaxFrameSize;
        Timers.Cancel(Deadline.Instance);
        Become(Connected);
        _supervisor.Tell(new Opened(_number, _introduction!));

        // The first round-trip time is worth knowing before the first silence.
        _link!.Say(_vitality.Ping());
        ArmHeartbeat();
    }

    private void Connected()
    {
        Receive<Send>(send => Sender.Tell(Queue(send)));
        Receive<PingNow>(_ => _link!.Say(_vitality.Ping(Sender)));
        Receive<Describe>(_ => Sender.Tell(_traffic.Describe(_number, _link!, _vitality.RoundTripTime)));
        Receive<Close>(close => BecomeClosing(close.Reason));
        Receive<Delivered>(_ =>
        {
            _delivering = false;
            _vitality.Heard();
            _link!.Read();
        });
        Receive<Beat>(_ => OnBeat());
        Receive<Report>(_ => ReportActivity());
        Receive<Link.Ended>(_ => End(Reason.ConnectionLost));
        Receive<Link.Broke>(broke => End(broke.Reason));
        Flowing();
    }

    private bool OnFrame(Envelope frame)
    {
        switch (frame.MessageCase)
        {
            case Envelope.MessageOneofCase.Ping when _vitality.MayAnswerPing():
                _link!.Say(new Envelope { Pong = new Pong { Nonce = frame.Ping.Nonce } });
                return true;
            case Envelope.MessageOneofCase.Pong:
                _vitality.Ponged(frame.Pong.Nonce);
                return true;
            case Envelope.MessageOneofCase.Data when Encoding.UTF8.GetByteCount(frame.Data.Channel) is > 0 and <= Mesh.MaxChannelLength:
                _batch.Add(new PeerMessage(_id, frame.Data.Channel, frame.Data.Payload.Memory));
                return true;
            case Envelope.MessageOneofCase.Goodbye:
                End(Reasons.FromWire(frame.Goodbye.Reason), byPeer: true);
                return false;
            case Envelope.MessageOneofCase.None or Envelope.MessageOneofCase.GetPeers or Envelope.MessageOneofCase.Peers:
                // None: a kind of message of a later version. No capability of this node invites the other two.
                return true;
            default:
                BecomeClosing(Reason.ProtocolError);
                return false;
        }
    }

    private void OnBeat()
    {
        // While the application does not take what was received, nothing is read, so a silence says nothing of the peer.
        if (_delivering)
        {
            _vitality.Heard();
        }

        switch (_vitality.OnBeat())
        {
            case HeartbeatStep.SendPing ping:
                _link!.Say(new Envelope { Ping = new Ping { Nonce = ping.Nonce } });
                break;
            case HeartbeatStep.DeclareDead:
                End(Reason.HeartbeatTimeout);
                return;
        }

        ArmHeartbeat();
    }

    private void ArmHeartbeat() => Timers.StartSingleTimer(Beat.Instance, Beat.Instance, _vitality.UntilNextBeat);

    private SendResult Queue(Send send)
    {
        var frame = new Envelope { Data = new Data { Channel = send.Channel, Payload = send.Payload } };
        var size = FrameCodec.SizeOf(frame);
        if (size - FrameCodec.HeaderSize > _node.Settings.Connection.MaxFrameSize)
        {
            return SendResult.TooLarge;
        }

        return _link!.TrySend(frame, size) ? SendResult.Queued : SendResult.QueueFull;
    }

    /// <summary>Bytes come and go, in every state that has a link.</summary>
    private void Flowing()
    {
        Receive<Link.Arrived>(_ => Take());
        Receive<Link.Wrote>(_ =>
        {
            _link!.OnWrote();
            NoteActivity();
        });
    }

    private void Take()
    {
        _vitality.Heard();
        _traffic.Heard();
        var reading = _link!.Take(() => _frameLimit, frame => _receive(frame));
        NoteActivity();
        if (_batch.Count > 0)
        {
            _delivering = true;
            _traffic.Delivered(_batch.Count);
            _messages.Tell(new Deliver([.. _batch]));
            _batch.Clear();
        }

        switch (reading)
        {
            case Reading.TooLarge:
                BecomeClosing(Reason.FrameTooLarge);
                break;
            case Reading.Malformed:
                BecomeClosing(Reason.ProtocolError);
                break;
            case Reading.Drained when !_delivering:
                _link!.Read();
                break;
        }
    }

    private void NoteActivity()
    {
        if (_traffic.NeedsReport())
        {
            Timers.StartSingleTimer(Report.Instance, Report.Instance, ReportEvery);
        }
    }

    private void ReportActivity()
    {
        if (_link is not null && _introduction is not null)
        {
            _supervisor.Tell(_traffic.TakeReport(_number, _link));
        }
    }

    /// <summary>Says goodbye, and gives it a moment to arrive.</summary>
    private void BecomeClosing(Reason reason)
    {
        TellEnded(reason, byPeer: false, detail: null);
        Timers.CancelAll();
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, _node.Settings.Connection.GoodbyeTimeout);
        Become(Closing);
        _link!.SayLast(new Envelope { Goodbye = new Goodbye { Reason = (uint)reason } });
    }

    private void Closing()
    {
        // The other side closes when it has read the goodbye. To close first could destroy what it has not read yet.
        Receive<Deadline>(_ => Context.Stop(Self));
        Receive<Link.Ended>(_ => Context.Stop(Self));
        Receive<Link.Broke>(_ => Context.Stop(Self));
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
        _supervisor.Tell(new Ended(_number, reason, byPeer, detail));
    }

    /// <summary>What people ask of a peer that is not, or no longer, connected.</summary>
    private void NotConnected()
    {
        Receive<Send>(_ => Sender.Tell(SendResult.NotConnected));
        Receive<PingNow>(_ => Sender.Tell(new MeshProtocol.Failed(Reason.NotConnected)));
        Receive<Describe>(_ => Sender.Tell(new Description(_number, 0, 0, null, null)));
        ReceiveAny(_ => { });
    }

    private sealed record Deadline
    {
        public static readonly Deadline Instance = new();
    }

    private sealed record Beat
    {
        public static readonly Beat Instance = new();
    }

    private sealed record Report
    {
        public static readonly Report Instance = new();
    }
}
