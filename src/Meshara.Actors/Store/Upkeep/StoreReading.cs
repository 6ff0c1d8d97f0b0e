using System.Collections.Immutable;

namespace Meshara.Actors.Store.Upkeep;

/// <summary>A stored event, and its place in the journal, which those of one flush share.</summary>
internal sealed record PlacedEvent(long Sequence, string Kind, IStoreEvent Event);

/// <summary>
/// What a store's rows add up to, whatever state they are in: as a recovery would read them, but past what is damaged, which is told.
/// Pure.
/// </summary>
/// <param name="Known">All that is known of peers and of ranges.</param>
/// <param name="Events">Those that could be read, the oldest first.</param>
/// <param name="Snapshots">Where those stand that could be read, the newest first.</param>
/// <param name="Faults">What is damaged or missing, each a line.</param>
/// <param name="IsWhole">Nothing is lost: what is damaged is held elsewhere too.</param>
internal sealed record StoreReading(
    StoredPeers Known, ImmutableArray<PlacedEvent> Events, ImmutableArray<long> Snapshots, ImmutableArray<string> Faults, bool IsWhole)
{
    public static string Gap(long from, long to) => from == to ? $"event {from} is missing" : $"events {from} to {to} are missing";

    /// <param name="snapshots">The newest first.</param>
    /// <param name="journal">The oldest first.</param>
    public static StoreReading Of(IEnumerable<StoredRow> snapshots, IEnumerable<StoredRow> journal)
    {
        var serializer = new PeerStoreSerializer(null!);
        var faults = ImmutableArray.CreateBuilder<string>();
        var good = new List<(long Sequence, StoredPeers Book)>();
        foreach (var row in snapshots)
        {
            if (Decode(serializer, row, "snapshot", faults) is StoredPeers book)
            {
                good.Add((row.Sequence, book));
            }
        }

        var (sequence, known) = good.Count > 0 ? good[0] : (0, StoredPeers.Empty);
        var (isWhole, events) = (true, ImmutableArray.CreateBuilder<PlacedEvent>());
        foreach (var row in journal)
        {
            var read = Decode(serializer, row, "event", faults) as IStoreEvent;
            if (read is not null)
            {
                events.AddRange(EventsIn(read).Select(e => new PlacedEvent(row.Sequence, PeerStoreSerializer.KindOf(e), e)));
            }

            if (row.Sequence <= sequence)
            {
                continue;
            }

            if (row.Sequence != sequence + 1)
            {
                faults.Add(Gap(sequence + 1, row.Sequence - 1));
                isWhole = false;
            }

            isWhole &= read is not null;
            sequence = row.Sequence;
            known = read is null ? known : known.Apply(read);
        }

        return new StoreReading(known, events.ToImmutable(), [.. good.Select(s => s.Sequence)], faults.ToImmutable(), isWhole);
    }

    private static ImmutableArray<IStoreEvent> EventsIn(IStoreEvent read) =>
        read is DriftFlushed flushed ? flushed.Events.CastArray<IStoreEvent>() : [read];

    /// <summary>What a row says; null where it cannot be read.</summary>
    private static object? Decode(PeerStoreSerializer serializer, StoredRow row, string what, ImmutableArray<string>.Builder faults)
    {
        try
        {
            return serializer.FromBinary(row.Bytes ?? [], row.Manifest);
        }
        catch (Exception e) when (e is System.Runtime.Serialization.SerializationException or Google.Protobuf.InvalidProtocolBufferException
            or InvalidDataException or FormatException or ArgumentException)
        {
            faults.Add($"{what} {row.Sequence}: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}");
            return null;
        }
    }
}
