using System.Data.Common;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Npgsql;
using Xunit;

namespace Meshara.Actors.Tests.Store.Postgres;

/// <summary>The specs of the store, on a real server; each test in a database of its own.</summary>
[CollectionDefinition(nameof(PostgresServer))]
public sealed class PostgresSpecs : ICollectionFixture<PostgresServer>;

[Collection(nameof(PostgresServer))]
public sealed class PeerStoreOnPostgresSpec : PeerStoreSpec
{
    private readonly string _database;

    public PeerStoreOnPostgresSpec(PostgresServer server)
    {
        server.Require();
        _database = server.NewDatabase();
    }

    private protected override StoreSettings Placed(StoreSettings settings) => On(settings, _database);

    private protected override DbConnection Connect() => new NpgsqlConnection(_database);

    internal static StoreSettings On(StoreSettings settings, string database) => settings with { Provider = "PostgreSQL.15", ConnectionString = database };
}

[Collection(nameof(PostgresServer))]
public sealed class BanStoreOnPostgresSpec : BanStoreSpec
{
    private readonly string _database;

    public BanStoreOnPostgresSpec(PostgresServer server)
    {
        server.Require();
        _database = server.NewDatabase();
    }

    private protected override StoreSettings Placed(StoreSettings settings) => PeerStoreOnPostgresSpec.On(settings, _database);

    private protected override DbConnection Connect() => new NpgsqlConnection(_database);
}
