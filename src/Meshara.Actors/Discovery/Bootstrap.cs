using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Peers;
using static Meshara.Actors.Discovery.BootstrapProtocol;

namespace Meshara.Actors.Discovery;

/// <summary>
/// The way into a network that one knows an address of. It is awake while there are few peers, asks its node to dial the configured
/// nodes, and says when none of them answers. The node dials: it alone owns connections.
/// </summary>
internal sealed class Bootstrap : ReceiveActor, IWithTimers
{
    private readonly NodeClock _clock;
    private readonly Random _random;
    private BootstrapPlan _plan;
    private string? _told;

    public Bootstrap(BootstrapPlan plan, NodeClock clock, int seed)
    {
        (_plan, _clock, _random) = (plan, clock, new Random(seed));
        Receive<Connected>(connected => Follow(_plan.With(connected.Peers)));
        Receive<Answered>(answer => Follow(_plan.Answered(answer.Node, _clock.Now)));
        Receive<Failed>(failure => Follow(_plan.Failed(failure.Node, failure.Reason, _clock.Now, _random.NextDouble())));
        Receive<Reconfigured>(to => Follow(_plan.Over(to.Settings.BootstrapNodes, to.Settings.BootstrapRetry, to.Settings.FewPeers())));
        Receive<Due>(_ => Follow(_plan));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <returns>Null where the method is not enabled.</returns>
    public static Props? PropsFor(DiscoverySettings settings, NodeClock clock, int seed, string dispatcher)
    {
        var plan = BootstrapPlan.Of(settings.BootstrapNodes, settings.BootstrapRetry, settings.FewPeers());
        return settings.Bootstraps()
            ? Props.Create(() => new Bootstrap(plan, clock, seed)).WithDispatcher(dispatcher)
            : null;
    }

    private void Follow(BootstrapPlan plan)
    {
        _plan = plan;
        foreach (var node in plan.DueAt(_clock.Now).ToList())
        {
            _plan = _plan.Dialled(node);
            Context.Parent.Tell(new Dial(node));
        }

        if (_plan.NextDue is { } due)
        {
            var wait = due - _clock.Now;
            Timers.StartSingleTimer(Due.Instance, Due.Instance, wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(10));
        }
        else
        {
            Timers.Cancel(Due.Instance);
        }

        if (_plan.NoWayIn != _told)
        {
            _told = _plan.NoWayIn;
            Context.Parent.Tell(new NoWayIn(_told));
        }
    }

    private sealed record Due
    {
        public static readonly Due Instance = new();
    }
}
