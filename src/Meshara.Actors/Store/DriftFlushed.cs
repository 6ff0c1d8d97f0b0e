using System.Collections.Immutable;

namespace Meshara.Actors.Store;

/// <summary>
/// What had changed without need of a transaction of its own since the last flush, in one row of the journal: where hundreds of peers move
/// bytes and scores, a row for each of their changes has the disk write several times as much.
/// </summary>
/// <param name="Events">At least one, the earliest first, and at most <see cref="PeerStore.MaxDrift"/> where one was written.</param>
internal sealed record DriftFlushed(ImmutableArray<IPeerStoreEvent> Events) : IStoreEvent
{
    public DateTimeOffset At => Events[^1].At;

    public int Count => Events.Length;
}
