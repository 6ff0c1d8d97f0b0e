using Meshara.Actors.Configuration;
using Meshara.Actors.Store.Upkeep;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Store.Postgres;

/// <summary>What a person does with a store, on a server; and how one moves between a file and a server.</summary>
[Collection(nameof(PostgresServer))]
public sealed class PostgresUpkeepSpec : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _temp = new();
    private readonly string _database;

    public PostgresUpkeepSpec(PostgresServer server)
    {
        server.Require();
        _database = server.NewDatabase();
        IdentityFile.LoadOrCreate(Path.Combine(_temp.Path, IdentityFile.Name)).Dispose();
    }

    private MesharaSettings InFile => new() { Data = _temp.Path };

    private MesharaSettings OnServer => InFile with { Store = PeerStoreOnPostgresSpec.On(new StoreSettings(), _database) };

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public async Task What_is_exported_from_one_and_imported_into_the_other_and_back_is_the_same()
    {
        (await ImportAsync(InFile, [.. Enumerable.Range(1, 700).Select(PeerOf)])).Added.ShouldBe(700);
        var exported = Export(InFile);

        (await ImportAsync(OnServer, Read(exported))).Added.ShouldBe(700);
        Export(OnServer).ShouldBe(exported);
        (await ImportAsync(OnServer, Read(exported))).ShouldBe(new ImportTotals(0, 0, 0));
        (await ImportAsync(InFile, Read(Export(OnServer)))).ShouldBe(new ImportTotals(0, 0, 0));
    }

    [SkippableFact]
    public async Task A_damaged_row_is_found_and_a_repair_keeps_a_copy_in_the_database()
    {
        await ImportAsync(OnServer, [PeerOf(1), PeerOf(2), PeerOf(3)]);
        Execute("UPDATE journal SET message = overlay(message placing '\\x00'::bytea from 61 for 1) WHERE sequence_number = 2");
        (await Should.ThrowAsync<MesharaStartException>(() => ImportAsync(OnServer, []))).Message.ShouldContain("checksum");

        string kept;
        using (var store = StoreUpkeep.Open(OnServer, alone: true))
        {
            var reading = store.Read();
            reading.Faults.ShouldHaveSingleItem().ShouldStartWith("event 2: ");
            kept = await store.RepairAsync(reading, Noon);
            store.Compact();
            store.Size().Size.ShouldBeGreaterThan(0);
        }

        kept.ShouldContain("damaged-20261124T120000Z");
        Execute($"SELECT 1 / COUNT(*) FROM journal WHERE persistence_id LIKE '%damaged%'");
        using var repaired = StoreUpkeep.Open(OnServer, alone: false);
        (repaired.Read().Faults.IsEmpty, repaired.Read().Known.Peers.Count).ShouldBe((true, 2));
    }

    private static async Task<ImportTotals> ImportAsync(MesharaSettings settings, KnownPeer[] peers)
    {
        using var store = StoreUpkeep.Open(settings, alone: true);
        return await store.ImportAsync([.. peers], []);
    }

    private static string[] Export(MesharaSettings settings)
    {
        using var store = StoreUpkeep.Open(settings, alone: false);
        return [.. store.Read().Known.Peers.Values.OrderBy(p => p.Id).Select(StoreJson.Line)];
    }

    private static KnownPeer[] Read(string[] lines) => [.. lines.Select(l => (KnownPeer)StoreJson.Read(l)!)];

    private void Execute(string sql)
    {
        using var connection = new NpgsqlConnection(_database);
        connection.Open();
        Sql.Execute(connection, sql);
    }

    private static KnownPeer PeerOf(int n)
    {
        var key = PublicKey.FromBytes([.. BitConverter.GetBytes(n), .. new byte[28]]);
        return new KnownPeer
        {
            Id = NodeId.Of(key), Key = key, Source = PeerSource.Exchange, FirstSeen = Noon.AddTicks(n), Manual = n % 7 == 0,
            Addresses = [new KnownAddress(PeerAddress.Parse($"10.0.{n / 250}.{n % 250}:7373"), Proven: n % 2 == 0, Noon, Reason.Refused, n % 5)],
            Reputation = new Reputation(-n / 10.0, Noon, 0, Noon),
            Ban = n % 11 == 0 ? new Meshara.Core.Peers.Ban(Noon.AddYears(1), ReputationCause.Operator, 1, "spam") : null,
        };
    }
}
