using Akka.Actor;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers.Connection;

/// <summary>What a peer did on one connection that costs it reputation, though not yet the connection. Owned by its connection.</summary>
internal sealed class Offences(long connection, NodeClock clock, IActorRef supervisor)
{
    /// <summary>So many offences in one minute end the connection; each has cost reputation by then.</summary>
    private const int MaxOffences = 10;

    private TimeSpan _minuteBegan = clock.Elapsed;
    private int _offences;

    public AfterFrame Add(ReputationCause cause)
    {
        if (clock.Elapsed - _minuteBegan >= TimeSpan.FromMinutes(1))
        {
            (_minuteBegan, _offences) = (clock.Elapsed, 0);
        }

        supervisor.Tell(new Misbehaved(connection, cause));
        return ++_offences > MaxOffences ? new AfterFrame.SayGoodbye(Reason.RateLimited) : AfterFrame.GoOn.Instance;
    }
}
