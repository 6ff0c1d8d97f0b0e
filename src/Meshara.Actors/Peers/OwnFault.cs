using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers;

/// <summary>Finds out whether it is this node that is cut off, before anybody is blamed for a broken connection. Owned by the supervisor.</summary>
/// <param name="hasNetwork">Whether an interface of this machine is up.</param>
internal sealed class OwnFault(NodeState state, Func<bool> hasNetwork)
{
    /// <summary>While it is cut off the node tries so often whether it still is.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    /// <summary>And dials so many: what is sent into a cut network is lost, and a few are enough to see that it is back.</summary>
    public const int TriesAtOnce = 3;

    private Outage _outage = new(WindowOf(state.Settings.Heartbeat));

    /// <summary>When it was found to be back last.</summary>
    public DateTimeOffset BackSince { get; private set; }

    public bool IsAway => _outage.IsAway;

    /// <summary>Whether the next second may bring a verdict.</summary>
    public bool IsInDoubt => _outage.IsInDoubt;

    public DateTimeOffset? AwaySince => _outage.AwaySince;

    /// <summary>Whether a dial may have failed because this node is cut off, so that the failure says nothing of the peer.</summary>
    public bool Explains(Reason reason) => IsAway && reason
        is Reason.Unreachable or Reason.Refused or Reason.HandshakeTimeout or Reason.NameNotFound or Reason.NetworkDown or Reason.HandshakeRejected;

    /// <summary>From now on the heartbeat is that one.</summary>
    public void Adopt(HeartbeatSettings heartbeat) => _outage = _outage with { Window = WindowOf(heartbeat) };

    public void OnLost(LiveConnection connection, NodeId peer, ReputationCause cause, Reason reason)
    {
        var wasInDoubt = _outage.IsInDoubt;
        _outage = _outage.OnLost(new Loss(peer, cause, reason), state.Connections.OpenCount + 1, hasNetwork(), state.Now, connection.OpenedAt);
        if (_outage.AwaySince is { } since)
        {
            state.Announce.Health("network", $"This node is cut off from the network since {since:u}: most of its connections broke at once. It goes on trying.");
        }
        else if (!wasInDoubt && _outage.IsInDoubt)
        {
            // Whether the others are still there is known in one timeout then, not after the silence that each heartbeat waits for.
            foreach (var other in state.Connections.Open)
            {
                other.Actor.Tell(Probe.Instance);
            }
        }
    }

    /// <summary>Those whose fault it was after all.</summary>
    public ImmutableArray<Loss> OnTick()
    {
        var wasAway = IsAway;
        (_outage, var verdicts) = _outage.OnTick(state.Now, state.Connections.OpenCount);
        if (wasAway && !IsAway)
        {
            OnBack();
        }

        return verdicts;
    }

    public void OnOpened()
    {
        if (_outage.IsAway)
        {
            OnBack();
        }

        _outage = _outage.OnBack(state.Now);
    }

    private static TimeSpan WindowOf(HeartbeatSettings heartbeat) => heartbeat.Timeout + TimeSpan.FromSeconds(5);

    private void OnBack()
    {
        BackSince = state.Now;
        state.Announce.Health("network", null);
        state.Plan = state.Plan.WithoutWaits(state.Now);
    }
}
