using System.Buffers;
using System.Runtime.ExceptionServices;
using Akka.Actor;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

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
internal sealed partial class PeerConnection(
    long number, ConnectionOrigin origin, NodeContext node, IActorRef supervisor, int seed) : ReceiveActor, IWithTimers
{
    private readonly CancellationTokenSource _alive = new();
    private readonly Vitality _vitality = new(node.Settings, node.Clock, new Random(seed), node.Figures.RoundTrip);
    private readonly Traffic _traffic = new(node.Clock);

    private IPeerLink? _peer;
    private Link? _link;
    private Introduction? _introduction;
    private Conversation? _conversation;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(long number, ConnectionOrigin origin, NodeContext node, IActorRef supervisor, int seed) =>
        Akka.Actor.Props.Create(() => new PeerConnection(number, origin, node, supervisor, seed)).WithDispatcher(node.Settings.Dispatcher);

    protected override void PreStart()
    {
        Become(Proving);
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, node.Settings.Connection.HandshakeTimeout);
        Proof.AskAsync(origin, node.Transport, _alive.Token).PipeTo(Self);
    }

    protected override void PostStop()
    {
        _link?.Outbox.Close();
        _conversation?.Abandon();
        _alive.Cancel();
        _alive.Dispose();
        (origin as ConnectionOrigin.Accept)?.Socket.Dispose();
        _ = _peer?.DisposeAsync().AsTask();
        base.PostStop();
    }

    private void Proving()
    {
        Receive<Proof.Given>(proven =>
        {
            _peer = proven.Link;
            var limits = node.Settings.Connection;
            _link = new Link(proven.Link, limits, new Intake(limits, node.Clock, Timers), _vitality, Self, _alive.Token);
            BecomeHandshaking();
        });
        Receive<Proof.Missing>(failure => End(failure.Reason, detail: failure.Detail));
        Receive<Deadline>(_ => BecomeAbandoning(Reason.HandshakeTimeout));
        Receive<Close>(close => BecomeAbandoning(close.Reason));
        Receive<Retune>(retune => _vitality.Retune(retune.Heartbeat, arm: () => { }));
        NotConnected();
    }

    private void BecomeHandshaking()
    {
        Become(Handshaking);
        Action begin = origin.Direction == Direction.Outbound ? AskToBeAdmitted : _link!.Read;
        begin();
    }

    private void Handshaking()
    {
        Receive<Admit>(_ =>
        {
            _link!.Say(node.Hello(_peer!.Remote));
            if (origin.Direction == Direction.Inbound)
            {
                BecomeConnected();
            }

            _link!.Read();
        });
        Receive<Refuse>(refusal => BecomeClosing(refusal.Reason));
        Receive<Close>(close => BecomeClosing(close.Reason));
        Receive<Deadline>(_ => BecomeClosing(Reason.HandshakeTimeout));
        Receive<Link.Ended>(_ => End(Reason.HandshakeRejected));
        Receive<Link.Broke>(broke => End(broke.Reason == Reason.ConnectionLost ? Reason.HandshakeRejected : broke.Reason));
        Flowing();
        NotConnected();
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
        AskForLife();
    }

    private void Connected()
    {
        Receive<IToConversation>(message => _conversation!.OnMessage(message, Sender));
        Receive<Describe>(_ => Sender.Tell(_traffic.Describe(number, _link!, _vitality.RoundTripTime)));
        Receive<Close>(close => BecomeClosing(close.Reason));
        Receive<Beat>(_ => OnBeat());
        Receive<Probe>(_ => AskForLife());
        Receive<Report>(_ => ReportActivity());
        Receive<Link.Ended>(_ => End(Reason.ConnectionLost));
        Receive<Link.Broke>(broke => End(broke.Reason));
        Flowing();
    }

    private void OnBeat()
    {
        if (_conversation!.Beat())
        {
            End(Reason.HeartbeatTimeout);
        }
        else
        {
            ArmHeartbeat();
        }
    }

    private void AskForLife()
    {
        _link!.Say(_vitality.Ping());
        ArmHeartbeat();
    }

    private void ArmHeartbeat() => Timers.StartSingleTimer(Beat.Instance, Beat.Instance, _vitality.UntilNextBeat);

    /// <summary>Bytes come and go, in every state that has a link.</summary>
    private void Flowing()
    {
        Receive<Retune>(retune => _vitality.Retune(retune.Heartbeat, ArmHeartbeat));
        Receive<Intake.Rested>(_ => _link!.OnRested());
        Receive<Link.Arrived>(_ => Take());
        Receive<Link.ToSend>(_ => _link!.OnToSend());
        Receive<Link.Faulted>(faulted => ExceptionDispatchInfo.Throw(faulted.Bug));
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
        var after = _link!.Take(FrameLimit, On);
        NoteActivity();
        _vitality.IfDueSooner(ArmHeartbeat);
        _traffic.Delivered(_conversation?.Deliver() ?? 0);
        switch (after)
        {
            case AfterFrame.SayGoodbye goodbye:
                BecomeClosing(goodbye.Reason);
                break;
            case AfterFrame.Leave leave when _conversation is { IsDelivering: true }:
                BecomeLeaving(leave.Reason);
                break;
            case AfterFrame.Leave leave:
                End(leave.Reason, byPeer: true);
                break;
            case AfterFrame.GoOn when _conversation is not { IsDelivering: true }:
                _link.Read();
                break;
        }
    }

    private AfterFrame On(ReadOnlySequence<byte> body, long following)
    {
        if (_conversation is { } conversation)
        {
            return conversation.On(body, following);
        }

        var (introduction, after) = Greeting.On(Envelope.Parser.ParseFrom(body), node.Settings.Network, _peer!.RemoteKey);
        return introduction is null ? after : OnIntroduced(introduction);
    }

    /// <summary>A stranger may cost little; a peer may send much.</summary>
    private int FrameLimit() => _conversation is null ? node.Settings.Connection.MaxHandshakeFrameSize : node.Settings.Connection.MaxFrameSize;

    private void NoteActivity()
    {
        if (_traffic.NeedsReport())
        {
            Timers.StartSingleTimer(Report.Instance, Report.Instance, Traffic.ReportEvery);
        }
    }

    private void ReportActivity()
    {
        if (_link is { } link && _introduction is not null)
        {
            supervisor.Tell(_traffic.TakeReport(number, link, _vitality.RoundTripTime));
        }
    }
}
