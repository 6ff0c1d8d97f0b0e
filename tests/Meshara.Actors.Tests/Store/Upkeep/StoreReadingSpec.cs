using Meshara.Actors.Store;
using Meshara.Actors.Store.Upkeep;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreEvents;

namespace Meshara.Actors.Tests.Store.Upkeep;

public sealed class StoreReadingSpec
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly PeerStoreSerializer Serializer = new(null!);

    [Fact]
    public void A_good_store_adds_up_to_what_was_stored()
    {
        var reading = StoreReading.Of([SnapshotOf(2, 1, 2), SnapshotOf(1, 1)], [Learned(2), Learned(3), Learned(4)]);

        (reading.Faults.IsEmpty, reading.IsWhole).ShouldBe((true, true));
        reading.Known.Peers.Count.ShouldBe(4);
        (reading.Events.Length, reading.Snapshots.Length).ShouldBe((3, 2));
        reading.Events[0].Kind.ShouldBe("learned");
    }

    [Fact]
    public void What_one_flush_has_written_is_told_event_by_event_and_is_lost_together()
    {
        var flush = Row(3, new DriftFlushed([new AddressHeard(Noon, IdOf(1), At(1)), new AddressHeard(Noon, IdOf(2), At(2))]));

        var reading = StoreReading.Of([], [Learned(1), Learned(2), flush, Learned(4)]);

        reading.Events.Select(e => (e.Sequence, e.Kind)).ShouldBe([(1, "learned"), (2, "learned"), (3, "heard"), (3, "heard"), (4, "learned")]);
        reading.Known.Peers[IdOf(2)].Addresses.ShouldHaveSingleItem().Address.ShouldBe(At(2));

        var damaged = StoreReading.Of([], [Learned(1), Learned(2), Damage(flush), Learned(4)]);
        damaged.Faults.ShouldHaveSingleItem().ShouldStartWith("event 3: ");
        (damaged.IsWhole, damaged.Known.Peers.Count, damaged.Known.Peers[IdOf(2)].Addresses.Length).ShouldBe((false, 3, 0));

        static PeerAddress At(int n) => PeerAddress.Parse($"192.0.2.{n}:7373");
    }

    [Fact]
    public void An_empty_one_is_good() => StoreReading.Of([], []).ShouldSatisfyAllConditions(
        r => r.Faults.ShouldBeEmpty(), r => r.IsWhole.ShouldBeTrue(), r => r.Known.Peers.ShouldBeEmpty());

    [Fact]
    public void A_damaged_snapshot_costs_nothing_while_the_one_before_it_and_the_journal_since_are_good()
    {
        var reading = StoreReading.Of([Damage(SnapshotOf(2, 1, 2)), SnapshotOf(1, 1)], [Learned(2), Learned(3)]);

        reading.Faults.ShouldHaveSingleItem().ShouldStartWith("snapshot 2: ");
        reading.IsWhole.ShouldBeTrue();
        reading.Known.Peers.Count.ShouldBe(3);
    }

    [Fact]
    public void Without_any_snapshot_the_journal_that_was_trimmed_is_no_beginning()
    {
        var reading = StoreReading.Of([Damage(SnapshotOf(2, 1, 2))], [Learned(3), Learned(4)]);

        reading.Faults[^1].ShouldBe("events 1 to 2 are missing");
        reading.IsWhole.ShouldBeFalse();
        reading.Known.Peers.Count.ShouldBe(2);
    }

    [Fact]
    public void A_damaged_event_costs_itself_and_no_more()
    {
        var reading = StoreReading.Of([], [Learned(1), Damage(Learned(2)), Learned(3)]);

        reading.Faults.ShouldHaveSingleItem().ShouldStartWith("event 2: ");
        reading.IsWhole.ShouldBeFalse();
        reading.Known.Peers.Keys.ShouldBe([IdOf(1), IdOf(3)], ignoreOrder: true);
    }

    [Fact]
    public void A_missing_event_is_told() => StoreReading.Of([], [Learned(1), Learned(3)]).Faults.ShouldBe(["event 2 is missing"]);

    [Fact]
    public void An_unknown_kind_is_told_by_its_name() =>
        StoreReading.Of([], [Learned(1) with { Manifest = "quarantined" }]).Faults.ShouldHaveSingleItem().ShouldContain("'quarantined'");

    [Fact]
    public void A_row_that_could_not_be_read_is_damaged() =>
        StoreReading.Of([], [Learned(1) with { Bytes = null }]).Faults.ShouldHaveSingleItem().ShouldStartWith("event 1: ");

    /// <summary>The event at that place: the peer of that number is learned.</summary>
    private static StoredRow Learned(byte n) => Row(n, new PeerLearned(Noon.AddSeconds(n), KeyOf(n), PeerSource.Mdns, Manual: false));

    private static StoredRow SnapshotOf(long sequence, params byte[] peers) => Row(sequence, StoredPeers.Of(
        peers.Select(n => new KnownPeer { Id = IdOf(n), Key = KeyOf(n), Source = PeerSource.Mdns, FirstSeen = Noon.AddSeconds(n) })));

    private static StoredRow Row(long sequence, object stored) => new(sequence, Serializer.Manifest(stored), Serializer.ToBinary(stored));

    private static StoredRow Damage(StoredRow row) => row with { Bytes = [.. row.Bytes![..^1], (byte)~row.Bytes[^1]] };

    private static PublicKey KeyOf(byte n) => PublicKey.FromBytes(Enumerable.Repeat(n, 32).ToArray());

    private static NodeId IdOf(byte n) => NodeId.Of(KeyOf(n));
}
