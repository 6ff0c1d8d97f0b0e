using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Actors.Store.Upkeep;
using Meshara.Actors.Tests.House;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;
using Ban = Meshara.Actors.Store.PeerStoreProtocol.Ban;

namespace Meshara.Actors.Tests.Store;

/// <summary>
/// Whole stores as versions of Meshara have left them, in folders numbered from 1, with what was in them. Each is read for ever after. Where
/// what is stored has changed, MESHARA_APPROVE=1 lets the last test make the next one.
/// </summary>
public sealed class GoldenStoreSpec : StoreSpec
{
    private static readonly string Golden = Repository.PathTo("tests", "Meshara.Actors.Tests", "Store", "golden");

    /// <summary>All kinds of events that this version stores.</summary>
    private static readonly string[] Kinds =
    [
        "address-forgotten", "banned", "dialled", "drift", "forgotten", "heard", "imported", "judged", "learned", "outage-ended", "pinned", "range-banned",
        "range-unbanned", "record", "removed", "traffic", "unbanned",
    ];

    public static TheoryData<string> Versions => [.. Directory.GetDirectories(Golden).Select(folder => Path.GetFileName(folder)).Order()];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_an_earlier_version_has_stored_is_read_as_it_was(string version)
    {
        System.IO.File.Copy(Path.Combine(Golden, version, "peers.db"), File);

        Export().ShouldBe(System.IO.File.ReadAllLines(Path.Combine(Golden, version, "peers.jsonl")));
        History().ShouldBe(System.IO.File.ReadAllLines(Path.Combine(Golden, version, "events.jsonl")));

        // And a node goes on with it.
        Settings = new StoreSettings { SnapshotEvery = 10 };
        var (store, known) = await StartAsync();
        StoredPeers.Of(known.Peers.Values, known.Ranges).ShouldSatisfyAllConditions(
            book => LinesOf(book).ShouldBe(System.IO.File.ReadAllLines(Path.Combine(Golden, version, "peers.jsonl"))));
        await LearnAsync(store, 99);
        await StopAsync(store);
        await Owner.FishForMessageAsync(m => m is Changed changed && changed.Peer.Id == IdOf(99));
        (await StartAsync()).Known.Peers.Keys.ShouldContain(IdOf(99));
    }

    [Fact]
    public async Task The_newest_of_them_has_all_that_this_version_stores()
    {
        var newest = Path.Combine(Golden, $"{Versions.Count}");
        if (Environment.GetEnvironmentVariable("MESHARA_APPROVE") == "1" && !(Directory.Exists(newest) && KindsIn(newest).SequenceEqual(Kinds)))
        {
            newest = Path.Combine(Golden, $"{Versions.Count + 1}");
            Directory.CreateDirectory(newest);
            await MakeAsync(newest);
        }

        KindsIn(newest).ShouldBe(Kinds);
        var serialized = typeof(IStoreEvent).Assembly.GetTypes().Where(t => t is { IsAbstract: false } && t.IsAssignableTo(typeof(IStoreEvent)));
        serialized.Count().ShouldBe(Kinds.Length, "each kind of event is in the list above");
    }

    /// <summary>Those of its rows, and of what is in them.</summary>
    private static string[] KindsIn(string folder)
    {
        var rows = new StoreRows(StoreDatabase.At(folder, new StoreSettings()), StoreRows.PersistenceIdOf(Node)).Events()
            .Select(row => row.Manifest.Split('/')[0]);
        var events = System.IO.File.ReadLines(Path.Combine(folder, "events.jsonl"))
            .Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!["event"]!.GetValue<string>());
        return [.. rows.Concat(events).Distinct().Order()];
    }

    private static string[] LinesOf(StoredPeers book) =>
        [.. book.Peers.Values.OrderBy(p => p.Id).Select(StoreJson.Line), .. book.Ranges.All.Select(StoreJson.Line)];

    private StoreReading Read()
    {
        var reading = Reading();
        reading.Faults.ShouldBeEmpty();
        return reading;
    }

    private string[] Export() => LinesOf(Read().Known);

    private string[] History() => [.. Read().Events.Select(StoreJson.Line)];

    /// <summary>A life with a bit of everything; a snapshot in the middle, and enough after it that every kind of event still stands there.</summary>
    private async Task MakeAsync(string folder)
    {
        Settings = new StoreSettings { SnapshotEvery = 1000, MaxKnownPeers = 16 };
        var (store, _) = await StartAsync();
        for (byte n = 1; n <= 15; n++)
        {
            await LearnAsync(store, n, manual: n < 4, pinned: $"192.0.2.{n}:7373");
        }

        Clock.Advance(Settings.SnapshotAfter);
        await LearnAsync(store, 1, manual: true, pinned: "[2001:db8::1]:7373");
        await AwaitAssertAsync(() => Snapshots().Count.ShouldBe(1));

        store.Tell(new DialEnded(IdOf(1), At("192.0.2.1:7373"), Reason.Refused));
        store.Tell(new AddressHeard(IdOf(2), At("node.example:7373")));
        store.Tell(new Traffic(IdOf(2), 1_000, 2_000_000_000_000, Clock.Now));
        store.Tell(new Judge(IdOf(5), ReputationCause.Timeout));
        store.Tell(new Judge(IdOf(6), ReputationCause.MessageDelivered, 20));
        store.Tell(new RecordSeen(Record(), [At("198.51.100.9:7373")], IdOf(2)));
        await KeepAsync(store, r => new Ban(r, IdOf(7), ReputationCause.ProtocolViolation));
        await KeepAsync(store, r => new Ban(r, IdOf(8), ReputationCause.Operator, Clock.Now.AddDays(30), "spam"));
        await KeepAsync(store, r => new Ban(r, IdOf(9), ReputationCause.Operator));
        await KeepAsync(store, r => new Unban(r, IdOf(9)));
        await KeepAsync(store, r => new Remove(r, IdOf(3), Clock.Now.AddMinutes(10)));
        await AskAsync(store, r => new BanRange(r, AddressRange.Parse("203.0.113.0/24"), Clock.Now.AddDays(7), "scanners"));
        await AskAsync(store, r => new BanRange(r, AddressRange.Parse("2001:db8:1::/48"), Clock.Now.AddDays(7), null));
        await AskAsync(store, r => new UnbanRange(r, AddressRange.Parse("2001:db8:1::/48")));
        store.Tell(new Resume(Clock.Now.AddMinutes(-5), Lost: 3));

        // One more than there is room for; and it proves what another had.
        await LearnAsync(store, 20, pinned: "192.0.2.6:7373");
        store.Tell(new Import(1_000_000, [new KnownPeer
        {
            Id = IdOf(21), Key = PeerOf(21), Source = PeerSource.Exchange, FirstSeen = Clock.Now, Manual = true,
            Addresses = [new KnownAddress(At("192.0.2.21:7373"), Proven: true)],
        }], []), TestActor);
        await ExpectMsgAsync<Imported>();
        await StopAsync(store);

        using (var connection = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = DELETE; VACUUM";
            command.ExecuteNonQuery();
        }

        System.IO.File.Copy(File, Path.Combine(folder, "peers.db"));
        System.IO.File.WriteAllLines(Path.Combine(folder, "peers.jsonl"), Export());
        System.IO.File.WriteAllLines(Path.Combine(folder, "events.jsonl"), History());
    }

    private SignedRecord Record()
    {
        using var identity = NodeIdentity.Create();
        var record = new PeerRecord(identity.PublicKey, (ulong)Clock.Now.ToUnixTimeMilliseconds(), [At("198.51.100.9:7373")], []) { Network = "meshara" };
        return new SignedRecord(record, record.Sign(identity));
    }
}
