using Akka.Actor;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

/// <summary>
/// What the node itself told the store while that was away, in order, for when it is back. Bounded, and reports of one kind about one peer
/// are added up, so that an outage of hours costs no more than one of minutes. What a person asks for does not wait: it is refused at
/// once, and that person decides.
/// </summary>
internal sealed class Postponed
{
    /// <summary>In commands.</summary>
    public const int Max = 4096;

    private readonly LinkedList<(ICommand Command, IActorRef Sender)> _commands = [];
    private readonly Dictionary<object, LinkedListNode<(ICommand Command, IActorRef Sender)>> _reports = [];

    /// <summary>How many could not be kept.</summary>
    public long Lost { get; private set; }

    public int Count => _commands.Count;

    /// <summary>Whether nobody waits at a keyboard for the answer.</summary>
    public static bool CanWait(ICommand command) => command switch
    {
        Learn learn => !learn.Manual,
        Ban ban => ban.Cause != Core.Peers.ReputationCause.Operator,
        IDurable => false,
        _ => true,
    };

    /// <returns>False if there is no room: it is lost, and counted.</returns>
    public bool Add(ICommand command, IActorRef sender)
    {
        var key = KeyOf(command);
        if (key is not null && _reports.TryGetValue(key, out var earlier))
        {
            earlier.Value = (Sum(earlier.Value.Command, command), sender);
            return true;
        }

        if (_commands.Count >= Max)
        {
            Lost++;
            return false;
        }

        var node = _commands.AddLast((command, sender));
        if (key is not null)
        {
            _reports.Add(key, node);
        }

        return true;
    }

    /// <summary>So many were lost elsewhere.</summary>
    public void CountLost(long more) => Lost += more;

    /// <summary>Takes all, the first said first.</summary>
    public IReadOnlyList<(ICommand Command, IActorRef Sender)> Take()
    {
        var all = _commands.ToList();
        _commands.Clear();
        _reports.Clear();
        Lost = 0;
        return all;
    }

    private static object? KeyOf(ICommand command) => command switch
    {
        Traffic c => (c.Peer, nameof(Traffic)),
        Judge c => (c.Peer, c.Cause),
        _ => null,
    };

    private static ICommand Sum(ICommand earlier, ICommand later) => (earlier, later) switch
    {
        (Traffic a, Traffic b) => b with
        {
            Sent = a.Sent + b.Sent, Received = a.Received + b.Received, LastSeen = StoredPeers.Later(a.LastSeen, b.LastSeen),
        },
        (Judge a, Judge b) => b with { Times = a.Times + b.Times },
        _ => throw new InvalidOperationException($"{earlier.GetType().Name} and {later.GetType().Name} are not added up."),
    };
}
