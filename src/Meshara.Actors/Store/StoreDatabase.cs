using Meshara.Actors.Configuration;
using Microsoft.Data.Sqlite;

namespace Meshara.Actors.Store;

/// <summary>The database of the peer store, looked at before anything is started on it.</summary>
internal static class StoreDatabase
{
    /// <summary>The name of the SQLite file in a data folder.</summary>
    public const string FileName = "peers.db";

    private const string Sqlite = "SQLite.MS";

    /// <summary>Makes the database ready, and answers its connection string.</summary>
    /// <exception cref="MesharaStartException">It is damaged or cannot be opened. Nothing was overwritten.</exception>
    public static string Prepare(StoreSettings settings, DataFolder folder)
    {
        if (settings.Provider != Sqlite)
        {
            return settings.ConnectionString;
        }

        var connectionString = settings.ConnectionString.Length > 0
            ? settings.ConnectionString
            : new SqliteConnectionStringBuilder { DataSource = folder.PathOf(FileName) }.ToString();
        PrepareSqlite(connectionString, new SqliteConnectionStringBuilder(connectionString).DataSource);
        return connectionString;
    }

    private static void PrepareSqlite(string connectionString, string path)
    {
        try
        {
            CreateForOwnerOnly(path);
            using var connection = new SqliteConnection(connectionString);
            connection.Open();
            if (Scalar(connection, "PRAGMA quick_check(1)") is var check && check != "ok")
            {
                throw Damaged(path, check);
            }

            // Stays in the file. Readers and the writer then do not wait for each other, and a commit costs one fsync.
            Scalar(connection, "PRAGMA journal_mode=WAL");
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT)
        {
            throw Damaged(path, e.Message, e);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new MesharaStartException($"The peer store {path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>What peers a node has is nobody else's business.</summary>
    private static void CreateForOwnerOnly(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }

    private static string Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString() ?? "";
    }

    private static MesharaStartException Damaged(string path, string how, Exception? inner = null) => new(
        $"The peer store {path} is damaged ({how.ReplaceLineEndings(" ")}). It was left as it is: restore it from a copy, or move it away to start with no known peers.",
        inner);
}
