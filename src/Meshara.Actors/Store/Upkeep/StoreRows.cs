using System.Data.Common;
using Meshara.Core.Identity;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Meshara.Actors.Store.Upkeep;

/// <summary>A row as it stands in the database.</summary>
/// <param name="Sequence">Its place in the journal; of a snapshot, the place up to which it holds everything.</param>
/// <param name="Bytes">What is stored; null where it could not be read.</param>
internal sealed record StoredRow(long Sequence, string Manifest, byte[]? Bytes);

/// <summary>
/// The rows of one node's journal and snapshots, read past the store: also beside a node that runs, and from a file that is damaged. The
/// tables are those of Akka.Persistence.Sql.
/// </summary>
internal sealed class StoreRows(StoreDatabase database, string persistenceId)
{
    /// <summary>Rows that are looked for behind one that cannot be read, so that a damaged page costs what is on it and no more.</summary>
    private const int FurthestLook = 100_000;

    /// <summary>Whose rows those of a node are: several nodes may share one database.</summary>
    public static string PersistenceIdOf(NodeId node) => $"peer-store-{node}";

    /// <summary>The newest first.</summary>
    public IReadOnlyList<StoredRow> Snapshots() => Read("snapshot", "snapshot", "AND TRUE", "DESC");

    /// <summary>The oldest first, those that wait for their deletion left out.</summary>
    public IReadOnlyList<StoredRow> Events() => Read("journal", "message", "AND NOT deleted", "ASC");

    /// <summary>Bytes that the database takes, and how many of them are free.</summary>
    public (long Size, long Free) Size()
    {
        using var connection = Open();
        return database.IsSqlite
            ? (Number(connection, "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
                Number(connection, "SELECT freelist_count * page_size FROM pragma_freelist_count(), pragma_page_size()"))
            : (Number(connection, "SELECT pg_total_relation_size('journal') + pg_total_relation_size('snapshot')"), 0);
    }

    /// <summary>What SQLite itself finds wrong; the first few complaints, none where all is well or it is no SQLite.</summary>
    public IReadOnlyList<string> Complaints()
    {
        if (!database.IsSqlite)
        {
            return [];
        }

        try
        {
            using var connection = Open();
            using var command = Command(connection, "PRAGMA integrity_check(5)");
            using var reader = command.ExecuteReader();
            var complaints = new List<string>();
            while (reader.Read())
            {
                complaints.Add(reader.GetString(0).ReplaceLineEndings(" "));
            }

            return complaints is ["ok"] ? [] : complaints;
        }
        catch (SqliteException e)
        {
            return [e.Message.ReplaceLineEndings(" ")];
        }
    }

    /// <summary>Gives free pages back to the file system, and takes what waits in the write-ahead log into the file.</summary>
    public void Compact()
    {
        using var connection = Open();
        foreach (var sql in database.IsSqlite ? ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] : new[] { "VACUUM journal", "VACUUM snapshot" })
        {
            using var command = Command(connection, sql);
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Gives stores of the same database other names, in one transaction. For a server; a file is moved as a whole.</summary>
    public void Rename(params (string From, string To)[] names)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction();
        foreach (var (from, to) in names)
        {
            foreach (var table in new[] { "journal", "snapshot" })
            {
                using var command = Command(connection, $"UPDATE {table} SET persistence_id = @to WHERE persistence_id = @from");
                command.Transaction = transaction;
                Add(command, "@to", to);
                Add(command, "@from", from);
                command.ExecuteNonQuery();
            }
        }

        transaction.Commit();
    }

    private List<StoredRow> Read(string table, string column, string and, string order)
    {
        using var connection = Open();
        if (!Exists(connection, table))
        {
            return [];
        }

        var sql = $"SELECT sequence_number, manifest, {column} FROM {table} WHERE persistence_id = @id {and} ORDER BY sequence_number {order}";
        var rows = new List<StoredRow>();
        try
        {
            Read(connection, sql, rows);
        }
        catch (SqliteException)
        {
            // One page of the file is damaged at least. Each row is read for itself now; those that are not found may never have been.
            rows = [.. RowByRow(connection, table, column, and)];
            if (order == "DESC")
            {
                rows.Reverse();
            }
        }

        return rows;
    }

    private void Read(DbConnection connection, string sql, List<StoredRow> rows, long? rowId = null)
    {
        using var command = Command(connection, sql);
        Add(command, "@id", persistenceId);
        if (rowId is { } id)
        {
            Add(command, "@row", id);
        }

        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(new StoredRow(reader.GetInt64(0), reader.GetString(1), reader.IsDBNull(2) ? null : (byte[])reader.GetValue(2)));
        }
    }

    private List<StoredRow> RowByRow(DbConnection connection, string table, string column, string and)
    {
        var rows = new List<StoredRow>();
        var sql = $"SELECT sequence_number, manifest, {column} FROM {table} WHERE rowid = @row AND +persistence_id = @id {and}";
        for (long row = 1, last = 0; row <= last + FurthestLook; row++)
        {
            var before = rows.Count;
            try
            {
                Read(connection, sql, rows, row);
            }
            catch (SqliteException)
            {
                rows.RemoveRange(before, rows.Count - before);
            }

            last = rows.Count > before ? row : last;
        }

        return [.. rows.OrderBy(r => r.Sequence)];
    }

    private bool Exists(DbConnection connection, string table)
    {
        var sql = database.IsSqlite
            ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = @name"
            : "SELECT COUNT(*) FROM pg_tables WHERE tablename = @name AND schemaname = ANY (current_schemas(false))";
        using var command = Command(connection, sql);
        Add(command, "@name", table);
        return Convert.ToInt64(command.ExecuteScalar(), provider: null) > 0;
    }

    private DbConnection Open()
    {
        DbConnection connection = database.IsSqlite
            ? new SqliteConnection(new SqliteConnectionStringBuilder(database.ConnectionString) { Pooling = false, Mode = SqliteOpenMode.ReadWrite }.ToString())
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static long Number(DbConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return Convert.ToInt64(command.ExecuteScalar(), provider: null);
    }

    private static DbCommand Command(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants are put together; what varies is a parameter.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
