using Akka.Actor;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>What becomes of a command: it is passed on, waits, or is refused.</summary>
internal sealed partial class PeerStoreSupervisor
{
    /// <summary>While others wait, what can wait waits behind them, and what a person asks for goes first.</summary>
    private void OnDurable(IDurable command)
    {
        if (_postponed.Count > 0 && Postponed.CanWait(command))
        {
            Postpone(command, Sender);
        }
        else if (_underWay.TakesDurable)
        {
            PassOn(command, Sender);
        }
        else
        {
            Refuse(command, Sender);
        }
    }

    private void OnDrift(ICommand command)
    {
        if (_postponed.Count > 0 || !_underWay.TakesDrift)
        {
            Postpone(command, Sender);
        }
        else
        {
            PassOn(command, Sender);
        }
    }

    /// <summary>A slow store has caught up with some of what it was told.</summary>
    private void OnMarked()
    {
        _underWay.Marked();
        if (_underWay.TakesMuchDrift && _postponed.Count > 0)
        {
            if (_postponed.Lost > 0)
            {
                _owner.Tell(new Unavailable(null) { Lost = _postponed.Lost });
            }

            PassOnPostponed();
        }
    }

    private void PassOnPostponed()
    {
        foreach (var (command, sender) in _postponed.Take())
        {
            PassOn(command, sender);
        }
    }

    private void PassOn(ICommand command, IActorRef sender)
    {
        _store.Tell(command);
        if (command is IDurable durable)
        {
            _underWay.Add(durable, sender);
        }
        else if (_underWay.AddDrift())
        {
            _store.Tell(new Mark());
        }
    }

    private void Postpone(ICommand command, IActorRef sender)
    {
        if ((!Postponed.CanWait(command) || !_postponed.Add(command, sender)) && command is IDurable durable)
        {
            Refuse(durable, sender);
        }
    }

    private static void Refuse(IDurable command, IActorRef sender) => sender.Tell(new NotKept(command.Request, Reason.StoreUnavailable));

    private void RefusePending()
    {
        foreach (var (command, sender) in _underWay.Take().Select(u => ((ICommand)u.Command, u.Sender)).Concat(_postponed.Take()))
        {
            if (command is IDurable durable)
            {
                Refuse(durable, sender);
            }
        }
    }
}
