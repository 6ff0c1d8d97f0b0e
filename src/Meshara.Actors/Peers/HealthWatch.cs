using Akka.Actor;
using Meshara.Actors.Store;
using Meshara.Actors.Telemetry;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>Keeps the facts of the node's health that nobody else does, and has it judged: every second, and when somebody asks. Owned by the supervisor.</summary>
/// <param name="mdnsProblem">Why the local network cannot be searched; null when it can.</param>
internal sealed class HealthWatch(NodeState state, IActorRef listener, IActorRef discovery, Func<string?> mdnsProblem)
{
    private readonly bool _usesMdns = state.Settings.Discovery.EnabledMethods.Contains(Configuration.DiscoveryMethod.LocalMdns);
    private DateTimeOffset? _lonelySince = state.Now;
    private string? _noWayIn;
    private (DateTimeOffset Since, string Cause)? _storeAway;
    private (DateTimeOffset At, string Cause)? _acceptFailed;
    private bool _listenerEnded;
    private bool _mdnsEnded;

    /// <summary>What the node says of itself now.</summary>
    public MeshHealth Judge() => Health.Judge(Facts());

    /// <summary>A second is over: what has changed is told.</summary>
    public void OnSecond()
    {
        var facts = Facts();
        foreach (var finding in Health.Judge(facts).Findings)
        {
            state.Node.Figures.Health(finding.Name, finding.Level);

            // These are told by their own news, at once and with more to say.
            var isTold = finding.Name == Health.StoreBehind ? facts.StoreAway is not null
                : finding.Name == Health.NoPeers && (facts.AwaySince is not null || facts.NoWayIn is not null);
            state.Announce.Health(finding.Name, isTold || finding.Level == HealthLevel.Healthy ? null : $"{finding.Cause} {finding.Remedy}");
        }
    }

    public void OnNoWayIn(string? why)
    {
        _noWayIn = why;
        state.Announce.Health("bootstrap", why);
    }

    public void OnStore(PeerStoreProtocol.Unavailable store)
    {
        if (store.Cause is null)
        {
            _storeAway = null;
            state.Announce.Health("store", null, store.Lost > 0 ? $"{store.Lost} changes of scores, dials and traffic were lost while the peer store was away" : null);
            return;
        }

        _storeAway = (_storeAway?.Since ?? state.Now, store.Cause);
        state.Announce.Health("store", $"The peer store cannot write since {_storeAway.Value.Since:u}: it {store.Cause}. Connections live on from memory.");
        state.Book.FailAll(Reason.StoreUnavailable);
    }

    public void OnAcceptFailed(string cause) => _acceptFailed = (state.Now, cause.TrimEnd('.'));

    /// <summary>One of the node's own actors has stopped; true if it was one of these.</summary>
    public bool OnStopped(IActorRef actor)
    {
        _listenerEnded |= actor.Equals(listener);
        _mdnsEnded |= actor.Equals(discovery);
        return actor.Equals(listener) || actor.Equals(discovery);
    }

    private HealthFacts Facts()
    {
        var open = state.Connections.OpenCount > 0;
        _lonelySince = open ? null : _lonelySince ?? state.Now;
        return new HealthFacts
        {
            Now = state.Now,
            LonelySince = _lonelySince,
            Wanted = Math.Max(state.Plan.Goals.Count, state.Settings.Discovery.Bootstraps() ? state.Settings.Discovery.BootstrapNodes.Length : 0),
            AwaySince = state.OwnFault.AwaySince,
            NoWayIn = _noWayIn,
            StoreAway = _storeAway,
            StoreQueue = state.Node.Figures.Store.Queued,
            UsesMdns = _usesMdns,
            MdnsProblem = _mdnsEnded ? "its actor has ended" : mdnsProblem(),
            AcceptFailed = _acceptFailed,
            ListenerEnded = _listenerEnded,
            ClockOffsets = [.. state.Connections.Open.Select(c => c.ClockOffset).OfType<TimeSpan>()],
        };
    }
}
