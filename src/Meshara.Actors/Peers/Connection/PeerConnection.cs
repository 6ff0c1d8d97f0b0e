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
    long number, ConnectionOrigin origin, NodeContext node, IActorRef supervisor, int seed) : UntypedActor, IWithTimers, IFrameReceiver
{
    private readonly CancellationTokenSource _alive = new();
    private readonly Vitality _vitality = new(node.Settings, node.Clock, new Random(seed), node.Figures.RoundTrip);
    private readonly Traffic _traffic = new(node.Clock);

    private IPeerLink? _peer;
    private Link? _link;
    private Introduction? _introduction;
    private Conversation? _conversation;

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>A stranger may cost little; a peer may send much.</summary>
    public int FrameLimit => _conversation is null ? node.Settings.Connection.MaxHandshakeFrameSize : node.Settings.Connection.MaxFrameSize;

    public static Props Props(long number, ConnectionOrigin origin, NodeContext node, IActorRef supervisor, int seed) =>
        Akka.Actor.Props.CreateBy(new Producer(() => new PeerConnection(number, origin, node, supervisor, seed))).WithDispatcher(node.Settings.Dispatcher);

    /// <inheritdoc/>
    public int TakeMessages(ref ReadOnlySpan<byte> frames) => _conversation?.TakeMessages(ref frames, FrameLimit) ?? 0;

    /// <inheritdoc/>
    public AfterFrame TakeFrame(ReadOnlySequence<byte> body)
    {
        var frame = Envelope.Parser.ParseFrom(body);
        if (_conversation is { } conversation)
        {
            return conversation.On(frame);
        }

        var (introduction, after) = Greeting.On(frame, node.Settings.Network, _peer!.RemoteKey, node.Records);
        return introduction is null ? after : OnIntroduced(introduction);
    }

    protected override void PreStart()
    {
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

    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = base.AroundReceive(receive, message);
        Flush();
        return handled;
    }

    protected override void OnReceive(object message) => Proving(message);

    private void Connected(object message)
    {
        if (Flow(message))
        {
            return;
        }

        switch (message)
        {
            case IToConversation said:
                _conversation!.OnMessage(said, Sender);
                break;
            case Describe:
                Sender.Tell(_traffic.Describe(number, _link!, _vitality.RoundTripTime));
                break;
            case Close close:
                BecomeClosing(close.Reason);
                break;
            case Beat:
                OnBeat();
                break;
            case Probe:
                AskForLife();
                break;
            case Report:
                ReportActivity();
                break;
            case Link.Ended:
                End(Reason.ConnectionLost);
                break;
            case Link.Broke broke:
                End(broke.Reason);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnBeat()
    {
        _link!.Trim();
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

    /// <summary>Bytes come and go, in every state that has a link. False if the message is about something else.</summary>
    private bool Flow(object message)
    {
        switch (message)
        {
            case Link.Arrived:
                Take();
                return true;
            case Link.Wrote:
                _link!.OnWrote();
                NoteActivity();
                return true;
            case Link.ToSend:
                _link!.OnToSend();
                NoteActivity();
                return true;
            case Intake.Rested:
                _link!.OnRested();
                return true;
            case Link.Faulted faulted:
                ExceptionDispatchInfo.Throw(faulted.Bug);
                return true;
            case Retune retune:
                _vitality.Retune(retune.Heartbeat, ArmHeartbeat);
                return true;
            default:
                return false;
        }
    }

    private void Take()
    {
        _vitality.Heard();
        _traffic.Heard();
        var after = _link!.Take(this);
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

    private void Flush()
    {
        if (_link?.Flush() == true)
        {
            NoteActivity();
        }
    }

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
