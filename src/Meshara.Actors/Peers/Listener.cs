using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Akka.Actor;
using Akka.Event;
using Meshara.Actors.Configuration;
using Meshara.Actors.Transport;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>
/// Accepts sockets, and closes those from banned addresses and those over a limit before they have cost any TLS work. The others go to the supervisor; a handshake
/// that has to give way to a newer one is named to it.
/// </summary>
internal sealed class Listener : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    /// <summary>In so many steps the sockets of a second are let in.</summary>
    private const int StepsPerSecond = 50;

    private readonly IPeerListener _listener;
    private ListenerSettings _settings;
    private readonly CancellationTokenSource _alive = new();
    private TokenBucketRateLimiter _all;
    private SourceRates _perSource;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <summary>Those that were told to give way and have not ended yet.</summary>
    private readonly HashSet<long> _leaving = [];
    private HandshakeSlots _slots;
    private RangeBans _banned = RangeBans.None;
    private long _next;

    public Listener(IPeerListener listener, ListenerSettings settings)
    {
        _listener = listener;
        _settings = settings;
        _slots = new HandshakeSlots(settings.MaxHandshakes, settings.MaxHandshakesPerSource);
        (_all, _perSource) = LimitersOf(settings);

        Receive<Accepted>(accepted =>
        {
            OnAccepted(accepted.Socket);
            Accept();
        });
        Receive<AcceptFailed>(failure =>
        {
            // Out of file descriptors, most likely: those who are connected live on, and there is room again when one goes.
            _log.Warning("Accepting failed: {0}", failure.Message);
            Context.Parent.Tell(new CannotAccept(failure.Message));
            Timers.StartSingleTimer(Retry.Instance, Retry.Instance, AfterFailure);
        });
        Receive<Retry>(_ => Accept());
        Receive<Limits>(limits => limits.Settings != _settings, limits => Adopt(limits.Settings));
        Receive<Limits>(_ => { });
        Receive<Banned>(banned => _banned = banned.Ranges);
        Receive<HandshakeOver>(over =>
        {
            _leaving.Remove(over.Handshake);
            _slots = _slots.Release(over.Source, over.Handshake);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Accept();

    protected override void PostStop()
    {
        _alive.Cancel();
        _alive.Dispose();
        _listener.Dispose();
        _all.Dispose();
        _perSource.Dispose();
        base.PostStop();
    }

    /// <summary>
    /// A few at a time and not a second's worth on the second: a flood would otherwise begin hundreds of handshakes in one moment, and who is
    /// connected would wait behind them.
    /// </summary>
    internal static TokenBucketRateLimiterOptions Evenly(int perSecond)
    {
        var atOnce = (perSecond + StepsPerSecond - 1) / StepsPerSecond;
        var bucket = Bucket(atOnce, TimeSpan.FromSeconds((double)atOnce / perSecond));
        bucket.TokenLimit = perSecond * 2;
        return bucket;
    }

    private static (TokenBucketRateLimiter All, SourceRates PerSource) LimitersOf(ListenerSettings settings) => (
        new TokenBucketRateLimiter(Evenly(settings.AcceptsPerSecond)),
        new SourceRates(Bucket(settings.AcceptsPerSourcePerMinute / 60, TimeSpan.FromSeconds(1))));

    /// <summary>Replenished when somebody dials, and not by a timer: a node that nobody dials has nothing to do.</summary>
    private static TokenBucketRateLimiterOptions Bucket(int perPeriod, TimeSpan period) => new()
    {
        TokenLimit = Math.Max(1, perPeriod) * 2,
        TokensPerPeriod = Math.Max(1, perPeriod),
        ReplenishmentPeriod = period,
        QueueLimit = 0,
        AutoReplenishment = false,
    };

    private static async Task<object> AcceptOne(IPeerListener listener, CancellationToken cancellation)
    {
        try
        {
            return new Accepted(await listener.AcceptAsync(cancellation).ConfigureAwait(false));
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            return new AcceptFailed(e.Message);
        }
    }

    private void Adopt(ListenerSettings settings)
    {
        _all.Dispose();
        _perSource.Dispose();
        (_all, _perSource) = LimitersOf(settings);
        _slots = _slots with { Max = settings.MaxHandshakes, MaxPerSource = settings.MaxHandshakesPerSource };
        _settings = settings;
    }

    private void Accept() => AcceptOne(_listener, _alive.Token).PipeTo(Self);

    private void OnAccepted(IInboundSocket socket)
    {
        var source = HandshakeSlots.SourceOf(socket.Remote.Address);

        // Before any limit: a flood from banned addresses must not use up what is there for the others.
        if (_banned.BanOf(socket.Remote.Address, Context.System.Scheduler.Now) is not null)
        {
            TurnAway(socket, Reason.Banned);
            return;
        }

        _all.TryReplenish();
        using var lease = _all.AttemptAcquire();

        // Who can dial from loopback runs on this machine and has shorter ways to harm it; behind one address many may be honest. And where the
        // processor is so busy that sockets do not close as fast as they come, none may come: they would take every file handle.
        if (_leaving.Count >= _settings.MaxHandshakes || !lease.IsAcquired || (!IPAddress.IsLoopback(source) && !_perSource.TryTake(source)))
        {
            TurnAway(socket, Reason.RateLimited);
            return;
        }

        var handshake = ++_next;
        (_slots, var givesWay) = _slots.Take(source, handshake);
        Context.Parent.Tell(new Inbound(socket, source, handshake));
        if (givesWay is { } old)
        {
            _leaving.Add(old);
            Context.Parent.Tell(new GiveWay(old));
        }
    }

    private static void TurnAway(IInboundSocket socket, Reason reason)
    {
        Context.Parent.Tell(new TurnedAway(PeerAddress.Of(socket.Remote), reason));
        socket.Dispose();
    }

    /// <summary>To the supervisor: somebody dialled. It answers <see cref="HandshakeOver"/> when the handshake has ended, either way.</summary>
    public sealed record Inbound(IInboundSocket Socket, IPAddress Source, long Handshake);

    /// <summary>To the supervisor: this handshake has to end, because newer ones need its place.</summary>
    public sealed record GiveWay(long Handshake);

    /// <summary>To the supervisor: a socket was closed unread.</summary>
    public sealed record TurnedAway(PeerAddress Remote, Reason Reason);

    /// <summary>To the supervisor: nobody can be let in at this moment.</summary>
    public sealed record CannotAccept(string Cause) : IDeadLetterSuppression;

    /// <summary>From the supervisor: these bounds hold from now on.</summary>
    public sealed record Limits(ListenerSettings Settings) : IDeadLetterSuppression;

    /// <summary>From the supervisor: the ranges that are banned from now on.</summary>
    public sealed record Banned(RangeBans Ranges) : IDeadLetterSuppression;

    public sealed record HandshakeOver(IPAddress Source, long Handshake) : IDeadLetterSuppression;

    private sealed record Accepted(IInboundSocket Socket);

    /// <summary>Also what comes of the last accept when the listener has stopped: no news then.</summary>
    private sealed record AcceptFailed(string Message) : IDeadLetterSuppression;

    private sealed record Retry
    {
        public static readonly Retry Instance = new();
    }
}
