using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Meshara.Actors.Store.Upkeep;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Store;

internal sealed partial class PeerStore
{
    /// <summary>Up to where the journal was read.</summary>
    private long _replayed;

    /// <summary>When the snapshot was taken from which the journal was read.</summary>
    private DateTimeOffset _takenAt;
    private long _offered;

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _log.Debug("The peer store could not be read: {Cause}", reason);
        _owner.Tell(new Unavailable($"could not be read: {OneLine(reason)}"));
    }

    private void Recoveries()
    {
        Recover<SnapshotOffer>(OnSnapshot);
        Recover<IStoreEvent>(OnReplayed);
        Recover<RecoveryCompleted>(_ => OnRecovered());
        RecoverAny(unknown => throw new InvalidOperationException($"The peer store cannot replay a {unknown.GetType()}."));
    }

    private void OnSnapshot(SnapshotOffer offer)
    {
        _durable = (StoredPeers)offer.Snapshot;
        (_offered, _replayed) = (offer.Metadata.SequenceNr, offer.Metadata.SequenceNr);
        _takenAt = new DateTimeOffset(offer.Metadata.Timestamp, TimeSpan.Zero);
    }

    /// <summary>What comes after a gap would add up to something that never was.</summary>
    private void OnReplayed(IStoreEvent e)
    {
        if (LastSequenceNr != _replayed + 1)
        {
            throw new InvalidDataException(StoreReading.Gap(_replayed + 1, LastSequenceNr - 1));
        }

        _replayed = LastSequenceNr;
        Apply(e);
    }

    private void OnRecovered()
    {
        _snapshots.Recovered(_offered, _takenAt, Now);
        _live = _durable;
        _owner.Tell(new Recovered(_live.Peers) { Ranges = _live.Ranges });
    }
}
