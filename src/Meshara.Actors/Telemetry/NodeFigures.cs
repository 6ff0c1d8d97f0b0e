using System.Collections.Immutable;
using Meshara.Core.Peers;
using Meshara.Mdns.Sockets;

namespace Meshara.Actors.Telemetry;

/// <summary>
/// The figures of one node. Its actors write numbers here, and the instruments of the one meter read them when somebody collects: so nothing
/// is made for a message that comes or goes, and nothing of a node is left when it has stopped. Thread-safe.
/// </summary>
internal sealed class NodeFigures : IDisposable
{
    private static ImmutableArray<NodeFigures> _live = [];

    private readonly int[] _health = new int[Core.Peers.Health.Checks.Count];
    private long _sent;
    private long _received;
    private long _messagesSent;
    private long _messagesReceived;

    /// <summary>Of a node that nobody collects from.</summary>
    public NodeFigures(string name = Mesh.DefaultName)
    {
        Name = name;
        Tag = new(Labels.Node, name);
        Store = new StoreFigures(Tag);
    }

    /// <summary>Those that the instruments read.</summary>
    public static ImmutableArray<NodeFigures> Live => _live;

    public string Name { get; }

    public KeyValuePair<string, object?> Tag { get; }

    public PeerFigures Peers { get; } = new();

    public StoreFigures Store { get; }

    public Tally<Reason> Rejections { get; } = new();

    public Tally<Reason> Disconnections { get; } = new();

    public Tally<Reason> Bans { get; } = new();

    public Tally<ReputationCause> ReputationChanges { get; } = new();

    /// <summary>Peers that are banned now; that a ban has ended is seen within a minute.</summary>
    public int BannedPeers { get; set; }

    /// <summary>Ranges of addresses that are banned now; the same.</summary>
    public int BannedRanges { get; set; }

    public int Known { get; set; }

    /// <summary>Null without discovery on the local network.</summary>
    public NetworkCounts? Mdns { get; set; }

    /// <summary>How many messages wait for the supervisor; null before it is there.</summary>
    public Func<int>? Mailbox { get; set; }

    public long Sent => Interlocked.Read(ref _sent);

    public long Received => Interlocked.Read(ref _received);

    public long MessagesSent => Interlocked.Read(ref _messagesSent);

    public long MessagesReceived => Interlocked.Read(ref _messagesReceived);

    /// <summary>The figures of a node that starts; the instruments read them until they are disposed.</summary>
    public static NodeFigures Of(string name)
    {
        // They are made with the first node, not with the first duration: who collects would see nothing until then.
        _ = Instruments.All;
        NodeFigures? figures = null;
        ImmutableInterlocked.Update(ref _live, live =>
        {
            var free = Enumerable.Range(1, live.Length + 1).Select(n => n == 1 ? name : $"{name}-{n}").First(n => live.All(l => l.Name != n));
            figures = new NodeFigures(free);
            return live.Add(figures);
        });
        return figures!;
    }

    /// <summary>What has moved on one connection since it last said so; at most once a second of each.</summary>
    public void Moved(long sent, long received, int messagesSent, int messagesReceived)
    {
        Interlocked.Add(ref _sent, sent);
        Interlocked.Add(ref _received, received);
        Interlocked.Add(ref _messagesSent, messagesSent);
        Interlocked.Add(ref _messagesReceived, messagesReceived);
    }

    /// <summary>What each check of the health found last.</summary>
    public IEnumerable<(string Check, int Level)> Checked() => Core.Peers.Health.Checks.Select((check, i) => (check, Volatile.Read(ref _health[i])));

    public void Health(string check, HealthLevel level)
    {
        for (var i = 0; i < _health.Length; i++)
        {
            if (Core.Peers.Health.Checks[i] == check)
            {
                Volatile.Write(ref _health[i], (int)level);
            }
        }
    }

    /// <summary>A heartbeat was answered.</summary>
    public void RoundTrip(TimeSpan took) => Instruments.RoundTrip.Record(took.TotalSeconds, Tag);

    /// <summary>A dial or a handshake has come to its end.</summary>
    public void Ended(Direction direction, PeerSource source, string outcome, TimeSpan took)
    {
        if (direction == Direction.Outbound)
        {
            Instruments.Dial.Record(took.TotalSeconds, Tag, new(Labels.Outcome, outcome), new(Labels.Source, Names.Of(source)));
        }
        else
        {
            Instruments.Handshake.Record(took.TotalSeconds, Tag, new KeyValuePair<string, object?>(Labels.Outcome, outcome));
        }
    }

    public void Dispose() => ImmutableInterlocked.Update(ref _live, live => live.Remove(this));
}
