using Akka.Actor;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>
/// What the store was told and has not dealt with yet, bounded: a database that takes seconds for a write must not let a mailbox grow. Of
/// drift, which is not answered, a mark among it tells how far the store has come.
/// </summary>
internal sealed class UnderWay
{
    /// <summary>Durable commands that may wait for their answer; more are refused.</summary>
    public const int MaxDurable = 4096;

    /// <summary>Drift that the store may have before it; more waits outside, added up.</summary>
    public const int MaxDrift = 4096;

    private const int DriftOfMark = 512;

    private readonly OrderedDictionary<long, (IDurable Command, IActorRef Sender)> _durable = [];
    private readonly Queue<IActorRef> _flushes = [];
    private int _unmarked;
    private int _marks;

    public bool IsIdle => _durable.Count == 0;

    /// <summary>How much there is; of drift what a mark has followed, since of the rest nobody knows whether it has been dealt with.</summary>
    public int Count => _durable.Count + (_marks * DriftOfMark);

    public bool TakesDurable => _durable.Count < MaxDurable;

    public bool TakesDrift => (_marks * DriftOfMark) + _unmarked < MaxDrift;

    /// <summary>The store has less than half of what it may have.</summary>
    public bool TakesMuchDrift => _marks * DriftOfMark < MaxDrift / 2;

    public void Add(IDurable command, IActorRef sender) => _durable[command.Request] = (command, sender);

    /// <summary>Some drift was passed on.</summary>
    /// <returns>Whether a mark is to follow it.</returns>
    public bool AddDrift()
    {
        if (++_unmarked < DriftOfMark)
        {
            return false;
        }

        (_unmarked, _marks) = (0, _marks + 1);
        return true;
    }

    public void Marked() => _marks--;

    public void AddFlush(IActorRef sender) => _flushes.Enqueue(sender);

    /// <summary>Passes the answer on to who has asked.</summary>
    public void Answer(long request, object answer)
    {
        if (_durable.Remove(request, out var waiting))
        {
            waiting.Sender.Tell(answer);
        }
    }

    /// <returns>False if nobody has asked for it.</returns>
    public bool AnswerFlush(Flushed flushed)
    {
        var asked = _flushes.TryDequeue(out var sender);
        sender?.Tell(flushed);
        return asked;
    }

    /// <summary>The store has stopped: nothing is under way any more. Who waits for a flush is told that it did not come about.</summary>
    /// <returns>The durable commands, the first said first: they may be kept or not.</returns>
    public IReadOnlyList<(IDurable Command, IActorRef Sender)> Take()
    {
        var durable = _durable.Values.ToList();
        _durable.Clear();
        (_unmarked, _marks) = (0, 0);
        while (AnswerFlush(new Flushed(Everything: false)))
        {
        }

        return durable;
    }
}
