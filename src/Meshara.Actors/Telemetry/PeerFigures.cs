using Meshara.Core.Peers;

namespace Meshara.Actors.Telemetry;

/// <summary>How far a connection is.</summary>
internal enum PeerState
{
    /// <summary>This node dials it.</summary>
    Dialling,

    /// <summary>It has dialled this node, and is not let in yet.</summary>
    Handshaking,

    /// <summary>Both sides have said hello.</summary>
    Connected,
}

/// <summary>How many connections there are of each kind. Written by the supervisor, read by whoever collects.</summary>
internal sealed class PeerFigures
{
    private static readonly PeerState[] States = Enum.GetValues<PeerState>();
    private static readonly Direction[] Directions = Enum.GetValues<Direction>();
    private static readonly PeerSource[] Sources = Enum.GetValues<PeerSource>();

    private readonly int[,,] _counts = new int[States.Length, Directions.Length + 1, Sources.Length + 1];

    /// <summary>One more, or one less.</summary>
    public void Change(PeerState state, Direction direction, PeerSource source, int by) =>
        Interlocked.Add(ref _counts[(int)state, (int)direction, (int)source], by);

    public int Of(PeerState state, Direction direction, PeerSource source) => Volatile.Read(ref _counts[(int)state, (int)direction, (int)source]);

    /// <summary>Those kinds of which there have been any, or always are told: a series that vanishes would look like one that was never there.</summary>
    public IEnumerable<(PeerState State, Direction Direction, PeerSource Source, int Count)> All() =>
        from state in States
        from direction in Directions
        where state != PeerState.Dialling || direction == Direction.Outbound
        where state != PeerState.Handshaking || direction == Direction.Inbound
        from source in Sources
        where direction != Direction.Outbound || source != PeerSource.Inbound
        where state != PeerState.Handshaking || source == PeerSource.Inbound
        select (state, direction, source, Of(state, direction, source));
}
