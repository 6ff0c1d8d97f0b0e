using System.Collections.Immutable;
using System.Net;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Actors.Store.Upkeep;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Store.Upkeep;

/// <summary>What a person does with a store, on a real file.</summary>
public sealed class StoreUpkeepSpec : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly RangeBan Noise = new(IPNetwork.Parse("192.0.2.0/24"), Noon, Noon.AddYears(50), "noise");

    private readonly TempFolder _temp = new();

    public StoreUpkeepSpec() => IdentityFile.LoadOrCreate(Path.Combine(_temp.Path, IdentityFile.Name)).Dispose();

    private MesharaSettings Settings => new() { Data = _temp.Path };

    private string File => Path.Combine(_temp.Path, StoreDatabase.FileName);

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public async Task What_was_imported_is_what_is_read_and_a_second_time_changes_nothing()
    {
        (await ImportAsync(1, 1200)).ShouldBe(new ImportTotals(1200, 0, 0));

        (await ImportAsync(1, 1200)).ShouldBe(new ImportTotals(0, 0, 0));
        using var store = Open();
        var reading = store.Read();
        (reading.Faults.IsEmpty, reading.IsWhole, reading.Known.Peers.Count).ShouldBe((true, true, 1200));
        reading.Known.Ranges[Noise.Range].ShouldBe(Noise);
        store.Size().Size.ShouldBeGreaterThan(100_000);
        store.File.ShouldBe(File);
    }

    [Fact]
    public void A_store_that_no_node_has_begun_is_empty_and_good()
    {
        using var store = Open();
        (store.Read().Faults.Length, store.Size()).ShouldBe((0, (0L, 0L)));
        System.IO.File.Exists(File).ShouldBeFalse("to look changes nothing");
    }

    [Fact]
    public async Task A_flipped_bit_in_a_row_is_found_and_a_repair_loses_that_row_only()
    {
        await ImportAsync(1, 3);
        Execute("UPDATE journal SET message = CAST(substr(message, 1, 60) || x'00' || substr(message, 62) AS BLOB) WHERE sequence_number = 3");
        SqliteConnection.ClearAllPools();
        var damaged = await System.IO.File.ReadAllBytesAsync(File);

        var refusal = await Should.ThrowAsync<MesharaStartException>(() => ImportAsync(4, 1));
        refusal.Message.ShouldContain("checksum");

        var (before, kept) = await RepairAsync();
        before.Faults.ShouldHaveSingleItem().ShouldStartWith("event 3: ");
        before.IsWhole.ShouldBeFalse();
        (await System.IO.File.ReadAllBytesAsync(kept)).ShouldBe(damaged);
        var after = Read();
        (after.Faults.IsEmpty, after.Known.Peers.Count).ShouldBe((true, 2));
        after.Known.Ranges[Noise.Range].ShouldBe(Noise);
        (await ImportAsync(1, 3)).Added.ShouldBe(1, "the store can be written again");
    }

    [Fact]
    public async Task A_missing_row_stops_the_store_and_is_told()
    {
        await ImportAsync(1, 3);
        Execute("DELETE FROM journal WHERE sequence_number = 2");

        (await Should.ThrowAsync<MesharaStartException>(() => ImportAsync(4, 1))).Message.ShouldContain("event 2 is missing");
        Read().Faults.ShouldBe(["event 2 is missing"]);
    }

    [Fact]
    public async Task A_damaged_page_costs_what_was_on_it()
    {
        await ImportAsync(1, 2000);
        using (var store = Open(alone: true))
        {
            store.Compact();
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        var page = bytes.AsSpan().IndexOf("10.0.7.203:7373"u8) / 4096;
        bytes.AsSpan(4096 * page, 4096).Fill(0xA5);
        await System.IO.File.WriteAllBytesAsync(File, bytes);

        (await Should.ThrowAsync<MesharaStartException>(() => ImportAsync(1, 1))).Message.ShouldContain("meshara store repair");
        var (before, kept) = await RepairAsync();
        before.Faults.ShouldNotBeEmpty();
        before.Known.Peers.Count.ShouldBeInRange(1800, 1999);
        (await System.IO.File.ReadAllBytesAsync(kept)).ShouldBe(bytes);
        var after = Read();
        (after.Faults.IsEmpty, after.Known.Peers.Count).ShouldBe((true, before.Known.Peers.Count));
        (await ImportAsync(1, 2000)).Added.ShouldBe(2000 - before.Known.Peers.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(5000)]
    public async Task Of_a_file_that_is_no_database_any_more_the_copy_is_all_that_is_left(int length)
    {
        await ImportAsync(1, 30);
        SqliteConnection.ClearAllPools();
        var rest = Enumerable.Repeat((byte)'x', length).ToArray();
        await System.IO.File.WriteAllBytesAsync(File, rest);

        var reading = Read();
        if (length == 0)
        {
            // SQLite takes an empty file for a new database; so does a person who made it.
            reading.Faults.ShouldBeEmpty();
            return;
        }

        reading.Faults.ShouldNotBeEmpty();
        var (_, kept) = await RepairAsync();
        (await System.IO.File.ReadAllBytesAsync(kept)).ShouldBe(rest);
        (Read().Faults.IsEmpty, Read().Known.Peers.Count).ShouldBe((true, 0));
    }

    [Fact]
    public async Task What_was_deleted_gives_its_space_back()
    {
        await ImportAsync(1, 5000);
        Execute("DELETE FROM journal WHERE sequence_number < 4500");
        using var store = Open(alone: true);
        store.Size().Free.ShouldBeGreaterThan(store.Size().Size / 2);
        var before = store.Size().Size;

        store.Compact();

        store.Size().Size.ShouldBeLessThan(before / 2);
        store.Size().Free.ShouldBe(0);
    }

    [Fact]
    public void Beside_a_node_that_runs_it_can_be_looked_at_and_not_changed()
    {
        using var node = DataFolder.Open(_temp.Path);

        Open().Dispose();
        Should.Throw<MesharaStartException>(() => Open(alone: true)).Message.ShouldContain("already used");
    }

    [Fact]
    public void Where_no_node_has_its_data_there_is_nothing_to_look_at()
    {
        var nowhere = Path.Combine(_temp.Path, "nowhere");
        Should.Throw<MesharaStartException>(() => StoreUpkeep.Open(new MesharaSettings { Data = nowhere }, alone: true)).Message
            .ShouldContain($"meshara run --data {nowhere}");
        Directory.Exists(nowhere).ShouldBeFalse();
    }

    private StoreUpkeep Open(bool alone = false) => StoreUpkeep.Open(Settings, alone);

    private StoreReading Read()
    {
        using var store = Open();
        return store.Read();
    }

    private async Task<ImportTotals> ImportAsync(int first, int count)
    {
        using var store = Open(alone: true);
        return await store.ImportAsync([.. Enumerable.Range(first, count).Select(PeerOf)], [Noise]);
    }

    private async Task<(StoreReading Before, string Kept)> RepairAsync()
    {
        using var store = Open(alone: true);
        var reading = store.Read();
        return (reading, await store.RepairAsync(reading, Noon));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        Sql.Execute(connection, sql);
    }

    private static KnownPeer PeerOf(int n)
    {
        var key = PublicKey.FromBytes([.. BitConverter.GetBytes(n), .. new byte[28]]);
        return new KnownPeer
        {
            Id = NodeId.Of(key), Key = key, Source = PeerSource.Exchange, FirstSeen = Noon,
            Addresses = [new KnownAddress(PeerAddress.Of(new IPAddress([10, (byte)(n >> 16), (byte)(n >> 8), (byte)n]), 7373), Proven: true)],
        };
    }
}
