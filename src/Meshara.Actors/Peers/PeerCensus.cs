using System.Collections.Immutable;
using Akka.Actor;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers;

/// <summary>
/// Collects the figures of some connections for one answer, then stops. A connection that does not answer in time is left as the
/// supervisor knows it: a list is never held up by one peer.
/// </summary>
internal sealed class PeerCensus : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly ImmutableArray<IActorRef> _connections;
    private readonly Dictionary<long, Description> _answers = [];
    private readonly Action<IReadOnlyDictionary<long, Description>> _report;

    public PeerCensus(ImmutableArray<IActorRef> connections, Action<IReadOnlyDictionary<long, Description>> report)
    {
        _connections = connections;
        _report = report;
        Receive<Description>(answer =>
        {
            _answers[answer.Connection] = answer;
            if (_answers.Count == _connections.Length)
            {
                Finish();
            }
        });
        Receive<TimeUp>(_ => Finish());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartSingleTimer(TimeUp.Instance, TimeUp.Instance, Patience);
        foreach (var connection in _connections)
        {
            connection.Tell(Describe.Instance);
        }

        if (_connections.IsEmpty)
        {
            Finish();
        }
    }

    private void Finish()
    {
        _report(_answers);
        Context.Stop(Self);
    }

    private sealed record TimeUp
    {
        public static readonly TimeUp Instance = new();
    }
}
