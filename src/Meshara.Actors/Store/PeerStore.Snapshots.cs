using Akka.Event;
using Akka.Persistence;

namespace Meshara.Actors.Store;

internal sealed partial class PeerStore
{
    private void Snapshots()
    {
        Command<SaveSnapshotSuccess>(saved => Trim(_snapshots.Saved(saved.Metadata.SequenceNr)));
        Command<SaveSnapshotFailure>(failed => _log.Warning(
            "The snapshot of the peer store at {SequenceNr} could not be written, the journal stays until the next: {Cause}",
            failed.Metadata.SequenceNr, failed.Cause.Message));
        Command<DeleteMessagesSuccess>(_ => Trim(_snapshots.Trimmed()));
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteMessagesFailure>(failed =>
        {
            _log.Warning("The journal of the peer store could not be trimmed: {Cause}", failed.Cause.Message);
            Trim(_snapshots.Trimmed());
        });
        Command<DeleteSnapshotsFailure>(failed => _log.Warning(
            "Old snapshots of the peer store could not be deleted: {Cause}", failed.Cause.Message));
    }

    private void SnapshotIfDue()
    {
        if (_snapshots.IsDue(_durable.Peers.Count, Now))
        {
            _snapshots.Try(Now);
            SaveSnapshot(_durable);
        }
    }

    /// <summary>
    /// The snapshot before the newest, and the journal since then, stay: should the newest be damaged, nothing is lost.
    /// </summary>
    private void Trim(long before)
    {
        if (before > 0)
        {
            DeleteMessages(before);
            DeleteSnapshots(new SnapshotSelectionCriteria(before - 1));
        }
    }
}
