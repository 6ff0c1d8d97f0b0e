using Meshara.Actors.Configuration;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Meshara.Actors.Store;

/// <summary>The database that the store writes to: checked, and ready to be opened by the plugins.</summary>
/// <param name="Provider">The provider's name in Akka.Persistence.Sql.</param>
/// <param name="ConnectionString">May hold a password: never logged.</param>
internal sealed record StoreDatabase(string Provider, string ConnectionString)
{
    public const string SqliteProvider = "SQLite.MS";

    public const string FileName = "peers.db";

    /// <summary>
    /// How long a lock that another program holds on the file is waited for; shorter than the circuit breaker of the plugin.
    /// </summary>
    private const int BusySeconds = 5;

    /// <summary>Free space below this is not worth the rewriting of a file: the next events fill it.</summary>
    private const long WorthGivingBack = 4 * 1024 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public bool IsSqlite => Provider.StartsWith("SQLite", StringComparison.OrdinalIgnoreCase);

    public bool IsPostgres => Provider.StartsWith("PostgreSQL", StringComparison.OrdinalIgnoreCase);

    /// <summary>SQLite's file; null for a server.</summary>
    public string? File => IsSqlite ? Path.GetFullPath(new SqliteConnectionStringBuilder(ConnectionString).DataSource) : null;

    /// <summary>The provider and nothing else.</summary>
    public override string ToString() => Provider;

    /// <summary>What the settings name, not looked at yet.</summary>
    /// <param name="folder">The data folder, in which SQLite's file lies unless a connection string says otherwise.</param>
    public static StoreDatabase At(string folder, StoreSettings settings)
    {
        var database = new StoreDatabase(settings.Provider, settings.ConnectionString);
        if (!database.IsSqlite)
        {
            return database;
        }

        var builder = settings.ConnectionString.Length > 0
            ? new SqliteConnectionStringBuilder(settings.ConnectionString)
            : new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, FileName), DefaultTimeout = BusySeconds };

        // A new file is made by Prepare alone: one that SQLite made in the place of one that is gone would be an empty start that nobody sees.
        builder.Mode = builder.Mode == SqliteOpenMode.ReadWriteCreate ? SqliteOpenMode.ReadWrite : builder.Mode;
        return database with { ConnectionString = builder.ToString() };
    }

    /// <summary>Makes or checks the SQLite file, or asks the PostgreSQL server whether it is there. Blocks meanwhile.</summary>
    /// <exception cref="MesharaStartException">
    /// The file is damaged, cannot be written, or is locked; the server does not answer. Nothing was overwritten.
    /// </exception>
    public static StoreDatabase Prepare(DataFolder folder, StoreSettings settings)
    {
        var database = At(folder.Path, settings);
        if (database.IsSqlite)
        {
            Check(new SqliteConnectionStringBuilder(database.ConnectionString), database);
        }
        else
        {
            CheckServer(database);
        }

        return database;
    }

    /// <summary>
    /// Rewrites SQLite's file without its free pages where these are most of it, and some megabytes: a store that was flooded once does not
    /// stay large. Blocks meanwhile, and writers wait.
    /// </summary>
    /// <returns>The bytes given back.</returns>
    public long CompactIfWorthwhile()
    {
        if (!IsSqlite)
        {
            return 0;
        }

        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString) { Pooling = false }.ToString());
        connection.Open();
        var page = Number(connection, "PRAGMA page_size");
        var (size, free) = (page * Number(connection, "PRAGMA page_count"), page * Number(connection, "PRAGMA freelist_count"));
        if (free < WorthGivingBack || free * 2 < size)
        {
            return 0;
        }

        Ask(connection, "VACUUM");
        Ask(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        return size - (page * Number(connection, "PRAGMA page_count"));
    }

    /// <summary>
    /// The plugin makes its tables when it starts and never again; were the server away just then, the store would stay broken after it
    /// is back. So a node does not start without it.
    /// </summary>
    private static void CheckServer(StoreDatabase database)
    {
        if (database.ConnectionString.Length == 0)
        {
            throw new MesharaStartException($"The store's provider is {database.Provider}, but store.connection-string is empty.");
        }

        if (!database.IsPostgres)
        {
            return;
        }

        try
        {
            using var connection = new NpgsqlConnection(database.ConnectionString);
            connection.Open();
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException or TimeoutException or System.Net.Sockets.SocketException)
        {
            // Only the kind of an unreadable connection string is told: its text may be quoted in the message.
            var cause = e is ArgumentException ? "store.connection-string cannot be read" : e.GetBaseException().Message.ReplaceLineEndings(" ");
            throw new MesharaStartException($"The store's PostgreSQL server cannot be used: {cause}");
        }
    }

    private static void Check(SqliteConnectionStringBuilder builder, StoreDatabase database)
    {
        var path = builder.DataSource;
        try
        {
            CreateForOwnerOnly(path);
            CheckHeader(path);

            // Not pooled: no handle may stay behind when the check fails.
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(builder.ToString()) { Pooling = false }.ToString());
            connection.Open();
            if (Ask(connection, "PRAGMA integrity_check(1)") is var verdict and not "ok")
            {
                throw Damaged(path, verdict);
            }

            // WAL stays in the file. Readers, such as a backup, then never block the store.
            if (Ask(connection, "PRAGMA journal_mode = WAL") is var mode and not "wal")
            {
                throw new MesharaStartException($"The store {path} cannot be switched to write-ahead logging; it stays in mode '{mode}'. "
                    + "Put the data folder on a local disk.");
            }

            Ask(connection, "BEGIN IMMEDIATE; ROLLBACK");
            database.CompactIfWorthwhile();
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SqliteCorrupt or SqliteNotADatabase)
        {
            throw Damaged(path, e.Message, e);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SqliteBusy or SqliteLocked)
        {
            throw new MesharaStartException($"The store {path} is locked by another program; end that program and start again.", e);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new MesharaStartException($"The store {path} cannot be written: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>A new file is the owner's alone from its first moment; SQLite gives the files beside it the same mode.</summary>
    private static void CreateForOwnerOnly(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var file = new FileStream(path, options);
    }

    /// <summary>
    /// SQLite takes a file of another kind for damaged only when it reads it, and a short one for new: it would write over it.
    /// </summary>
    private static void CheckHeader(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (file.Length == 0)
        {
            return;
        }

        Span<byte> header = stackalloc byte[16];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.SequenceEqual("SQLite format 3\0"u8))
        {
            throw Damaged(path, "it does not begin as an SQLite database");
        }
    }

    private static MesharaStartException Damaged(string path, string? what, Exception? inner = null) => new(
        $"The store {path} is damaged ({what?.ReplaceLineEndings(" ").TrimEnd('.')}). Nothing was overwritten. See what is left of it with "
        + "'meshara store check', and go on with 'meshara store repair', which keeps a copy.", inner);

    private static long Number(SqliteConnection connection, string sql) => long.Parse(Ask(connection, sql)!, System.Globalization.CultureInfo.InvariantCulture);

    private static string? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar()?.ToString();
    }

    // Result codes of SQLite (sqlite.org/rescode.html).
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;
}
