using System.Net;
using Akka.Actor;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;
using Meshara.Core.Wire;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <summary>
/// What is said on one connection about whether this node, or the peer, can be dialled: the peer is asked to dial back, and asks that itself.
/// Owned by its connection. Who dials is <see cref="Reachability.DialBackDesk"/>.
/// </summary>
internal sealed class ReachTalk(long connection, NodeClock clock, Action<Envelope> say, Offences offences, IActorRef supervisor)
{
    /// <summary>Questions whose answers may still come; the oldest is forgotten first.</summary>
    private const int MaxAsked = 4;

    private readonly Queue<(ulong Nonce, int Port, IActorRef Asker)> _asked = [];
    private TimeSpan? _heardAt;
    private TimeSpan? _askedAt;
    private (ReachAnswer Answer, TimeSpan At)? _last;

    /// <summary>The peer wants to be dialled back. Where to is not its to say: the supervisor knows where the connection leads.</summary>
    public AfterFrame OnCheck(CheckReach check)
    {
        if (check.Port is 0 or > IPEndPoint.MaxPort)
        {
            return new AfterFrame.SayGoodbye(Reason.ProtocolError);
        }

        var now = clock.Elapsed;
        if (_heardAt is { } before && now - before < DialBackBudget.LeastPerPeer)
        {
            Tell(new TellReach(check.Nonce, Reason.RateLimited, null));
            return offences.Add(ReputationCause.RateExceeded);
        }

        _heardAt = now;
        supervisor.Tell(new AskedToDialBack(connection, check.Nonce, (int)check.Port));
        return AfterFrame.GoOn.Instance;
    }

    /// <summary>The peer has tried, or not. An answer to nothing was not asked for.</summary>
    public AfterFrame OnChecked(ReachChecked told)
    {
        foreach (var (nonce, port, asker) in _asked)
        {
            if (nonce != told.Nonce)
            {
                continue;
            }

            Forget(nonce);

            // Where it says that it dialled is shown to people: at least it is an address with the port that was asked for.
            var dialled = told.Dialled is { } wire && Addresses.TryFromWire(wire, out var address) && address is PeerAddress.Ip && address.Port == port ? address : null;
            var answer = new ReachAnswer(connection, told.Outcome == 0 ? null : Reasons.FromWire(told.Outcome), dialled, TimeSpan.Zero);
            _last = (answer, clock.Elapsed);
            asker.Tell(answer);
            return AfterFrame.GoOn.Instance;
        }

        return offences.Add(ReputationCause.Unsolicited);
    }

    /// <summary>Asks the peer, at most once a minute, as it answers; in between the last answer is given again.</summary>
    public void Ask(AskToDialBack question, IActorRef asker)
    {
        var now = clock.Elapsed;
        if (_askedAt is { } before && now - before < DialBackBudget.PerPeer)
        {
            asker.Tell(_last is { } last ? last.Answer with { Age = now - last.At } : new ReachAnswer(connection, Reason.RateLimited, null, TimeSpan.Zero));
            return;
        }

        (_askedAt, _last) = (now, null);
        if (_asked.Count >= MaxAsked)
        {
            _asked.Dequeue();
        }

        _asked.Enqueue((question.Nonce, question.Port, asker));
        say(new Envelope { CheckReach = new CheckReach { Nonce = question.Nonce, Port = (uint)question.Port } });
    }

    /// <summary>Answers the peer's question.</summary>
    public void Tell(TellReach told) => say(new Envelope
    {
        ReachChecked = new ReachChecked { Nonce = told.Nonce, Outcome = (uint)(told.Failure ?? 0), Dialled = told.Dialled?.ToWire() },
    });

    private void Forget(ulong nonce)
    {
        for (var i = _asked.Count; i > 0; i--)
        {
            var question = _asked.Dequeue();
            if (question.Nonce != nonce)
            {
                _asked.Enqueue(question);
            }
        }
    }
}
