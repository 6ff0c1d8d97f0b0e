using Akka.Actor;
using Akka.Event;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using static Meshara.Actors.Peers.Reachability.NetcheckProtocol;

namespace Meshara.Actors.Peers.Reachability;

/// <summary>
/// Dials back for peers that want to know whether they can be reached, within the <see cref="DialBackBudget"/>. It dials where the supervisor
/// sees the peer, and nowhere else, and pins the peer's key: so it can be sent against nobody, and proves nothing for somebody else.
/// </summary>
internal sealed class DialBackDesk : ReceiveActor, IWithTimers
{
    /// <summary>A dial that takes longer has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly NodeContext _node;
    private readonly Dictionary<long, (DialBack Wanted, CancellationTokenSource Cancel)> _underWay = [];
    private DialBackBudget _budget = new();
    private long _last;

    public DialBackDesk(NodeContext node)
    {
        _node = node;
        Receive<DialBack>(OnWanted);
        Receive<Dialled>(dialled => End(dialled.Number, dialled.Outcome.Failure));
        Receive<TimeUp>(late => End(late.Number, Reason.HandshakeTimeout));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(NodeContext node) => Akka.Actor.Props.Create(() => new DialBackDesk(node)).WithDispatcher(node.Settings.Dispatcher);

    protected override void PostStop()
    {
        foreach (var (_, cancel) in _underWay.Values)
        {
            cancel.Cancel();
            cancel.Dispose();
        }

        base.PostStop();
    }

    private static async Task<Dialled> Dial(NodeContext node, DialBack wanted, long number, CancellationToken cancellation) =>
        new(number, await Knock.DialAsync(node.Transport, wanted.At, wanted.Peer, _ => false, cancellation).ConfigureAwait(false));

    private void OnWanted(DialBack wanted)
    {
        if (_budget.Take(wanted.Peer, _node.Clock.Elapsed) is not { } left)
        {
            // It may be others who have used it up: that is no fault of the peer's.
            wanted.Connection.Tell(new TellReach(wanted.Nonce, Reason.RateLimited, null));
            return;
        }

        var (number, cancel) = (++_last, new CancellationTokenSource());
        _budget = left;
        _underWay.Add(number, (wanted, cancel));
        Timers.StartSingleTimer(number, new TimeUp(number), Patience);
        Dial(_node, wanted, number, cancel.Token).PipeTo(Self);
    }

    /// <summary>It is over, one way or the other; what comes of it later is nobody's business.</summary>
    private void End(long number, Reason? failure)
    {
        if (_underWay.Remove(number, out var dial))
        {
            Timers.Cancel(number);
            dial.Cancel.Cancel();
            dial.Cancel.Dispose();
            _budget = _budget.End();
            dial.Wanted.Connection.Tell(new TellReach(dial.Wanted.Nonce, failure, dial.Wanted.At));
        }
    }

    private sealed record Dialled(long Number, Knock.Outcome Outcome) : IDeadLetterSuppression;

    private sealed record TimeUp(long Number);
}
