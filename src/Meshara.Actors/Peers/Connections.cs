using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Telemetry;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers;

/// <summary>What the supervisor knows of one connection actor.</summary>
internal sealed record LiveConnection(long Number, IActorRef Actor, ConnectionOrigin Origin)
{
    /// <summary>Why this node dialled, or <see cref="PeerSource.Inbound"/>.</summary>
    public required PeerSource Source { get; init; }

    /// <summary>When it was dialled or accepted, on the clock that only grows.</summary>
    public TimeSpan Began { get; init; }

    /// <summary>How far this node's clock is off at least, by the record that the peer has shown; null if that says nothing of it.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>The trace of its dial or handshake; null if nobody traces.</summary>
    public Activity? Span { get; init; }

    /// <summary>What speaks for the peer beyond its own merit.</summary>
    public Claim Claim { get; init; }

    /// <summary>The listener's own count, to be given back when the handshake is over.</summary>
    public Listener.Inbound? Handshake { get; init; }

    public PublicKey? Key { get; init; }

    public NodeId? Peer { get; init; }

    public PeerAddress? Remote
    {
        get;
        init => (field, Group) = (value, value is null ? null : NetworkGroup.Of(value));
    }

    /// <summary>That of the far end; made once, for all visitors are compared by it when one of them has to go.</summary>
    public NetworkGroup? Group { get; private init; }

    public Introduction? Introduction { get; init; }

    /// <summary>Where the messages for the peer go, once it has proven its key.</summary>
    public Outbox? Outbox { get; init; }

    /// <summary>As the connection last reported it.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>It was dialled only to see whether the peer is there; it is not let in.</summary>
    public bool IsFeeler { get; init; }

    /// <summary>When the peer may be asked for others first.</summary>
    public DateTimeOffset? AskAt { get; init; }

    /// <summary>When the peer was last asked for others.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>When the peer was last asked to dial back, on the clock that only grows.</summary>
    public TimeSpan? ReachAskedAt { get; init; }

    public DateTimeOffset? OpenedAt { get; init; }

    /// <summary>Its end was announced when another connection took its place.</summary>
    public bool Superseded { get; init; }

    public bool IsOpen => OpenedAt is not null;

    public Direction Direction => Origin.Direction;

    public PeerState State => IsOpen ? PeerState.Connected : Direction == Direction.Outbound ? PeerState.Dialling : PeerState.Handshaking;

    /// <summary>Who was to be found at the address that was dialled.</summary>
    public NodeId? Expected => (Origin as ConnectionOrigin.Dial)?.Expected;

    /// <summary>The address that was dialled; null for an inbound connection.</summary>
    public PeerAddress? Dialled => (Origin as ConnectionOrigin.Dial)?.Address;

    /// <summary>Who it leads to, or must lead to; null while nobody knows.</summary>
    public NodeId? Sought => Peer ?? Expected;

    /// <summary>Where the other side is, so far as that is known by now.</summary>
    public PeerAddress? FarEnd => Remote ?? Dialled ?? (Handshake is { } inbound ? PeerAddress.Of(inbound.Socket.Remote) : null);
}

/// <summary>The connection actors of a node, by number. Owned by the supervisor.</summary>
/// <param name="figures">How many there are of each kind is written there.</param>
internal sealed class Connections(PeerFigures figures)
{
    private readonly Dictionary<long, LiveConnection> _live = [];
    private readonly Dictionary<long, LiveConnection> _dialled = [];
    private readonly Dictionary<IActorRef, long> _actors = [];

    public IEnumerable<LiveConnection> All => _live.Values;

    /// <summary>Those that this node dials, or has dialled: few, also where very many have dialled it.</summary>
    public IReadOnlyCollection<LiveConnection> Dialled => _dialled.Values;

    /// <summary>How many dials have not come to their end.</summary>
    public int DialsUnderWay { get; private set; }

    public IEnumerable<LiveConnection> Open => _live.Values.Where(IsAmongOpen);

    /// <summary>How many of them there are: kept as they come and go, for it is asked for at every turn.</summary>
    public int OpenCount { get; private set; }

    /// <summary>How many of them were never asked for other peers.</summary>
    public int UnaskedCount { get; private set; }

    /// <summary>How many this node dials, or has dialled, though no person asked for them.</summary>
    public int UnclaimedDialled { get; private set; }

    /// <summary>How many open ones have dialled this node, and no person asked for them.</summary>
    public int UnclaimedInbound { get; private set; }

    /// <summary>Changes whenever a connection does.</summary>
    public long Version { get; private set; }

    /// <summary>The network groups of those that this node dials, or has dialled.</summary>
    public IEnumerable<NetworkGroup> GroupsDialled => _dialled.Values.Select(c => c.Dialled).OfType<PeerAddress>().Select(NetworkGroup.Of);

    /// <summary>The number of the newest connection; they only grow.</summary>
    public long Latest { get; private set; }

    /// <summary>Whether the last actor has stopped; a connection that has ended may still be saying goodbye.</summary>
    public bool AllStopped => _actors.Count == 0;

    public void Add(LiveConnection connection)
    {
        Latest = connection.Number;
        Update(connection);
        _actors.Add(connection.Actor, connection.Number);
    }

    public bool TryGet(long number, [NotNullWhen(true)] out LiveConnection? connection) => _live.TryGetValue(number, out connection);

    public LiveConnection Update(LiveConnection connection)
    {
        if (connection.Direction == Direction.Outbound)
        {
            _dialled[connection.Number] = connection;
        }

        if (_live.TryGetValue(connection.Number, out var before))
        {
            Count(before, -1);
        }

        Count(connection, 1);
        return _live[connection.Number] = connection;
    }

    public bool TryRemove(long number, [NotNullWhen(true)] out LiveConnection? connection)
    {
        _dialled.Remove(number);
        if (!_live.Remove(number, out connection))
        {
            return false;
        }

        Count(connection, -1);
        return true;
    }

    public LiveConnection? ByHandshake(long handshake) => _live.Values.FirstOrDefault(c => !c.IsOpen && c.Handshake?.Handshake == handshake);

    /// <summary>An actor has stopped; the number of its connection if that has not ended before.</summary>
    public long? Stopped(IActorRef actor) => _actors.Remove(actor, out var number) && _live.ContainsKey(number) ? number : null;

    /// <summary>How many dialled ones are of that kind.</summary>
    public int CountDialled(Predicate<LiveConnection> isCounted)
    {
        var count = 0;
        foreach (var (_, connection) in _dialled)
        {
            count += isCounted(connection) ? 1 : 0;
        }

        return count;
    }

    /// <summary>How many open ones that dialled this node are of that kind. Thousands may have: they are counted no further than matters.</summary>
    public int CountInbound(Predicate<LiveConnection> isCounted, int most)
    {
        var count = 0;
        foreach (var (_, connection) in _live)
        {
            if (count >= most)
            {
                break;
            }

            count += connection.Direction == Direction.Inbound && IsAmongOpen(connection) && isCounted(connection) ? 1 : 0;
        }

        return count;
    }

    private static bool IsAmongOpen(LiveConnection connection) => connection is { IsOpen: true, Superseded: false };

    private void Count(LiveConnection connection, int by)
    {
        Version++;
        OpenCount += IsAmongOpen(connection) ? by : 0;
        UnaskedCount += IsAmongOpen(connection) && connection.AskedAt is null ? by : 0;
        UnclaimedDialled += connection is { Superseded: false, Claim: Claim.None, Direction: Direction.Outbound } ? by : 0;
        UnclaimedInbound += IsAmongOpen(connection) && connection is { Claim: Claim.None, Direction: Direction.Inbound } ? by : 0;
        DialsUnderWay += connection is { IsOpen: false, Direction: Direction.Outbound } ? by : 0;
        if (!connection.Superseded)
        {
            figures.Change(connection.State, connection.Direction, connection.Source, by);
        }
    }
}
