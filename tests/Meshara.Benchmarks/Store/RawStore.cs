using System.Diagnostics;
using Meshara.Actors.Store;
using Microsoft.Data.Sqlite;

namespace Meshara.Benchmarks.Store;

/// <summary>The ceiling: the same bytes by Microsoft.Data.Sqlite alone, with the durability of the store (WAL, synchronous = FULL).</summary>
internal sealed class RawStore : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;

    public RawStore(string file)
    {
        _connection = Open(file);
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("CREATE TABLE events (sequence INTEGER PRIMARY KEY, manifest TEXT NOT NULL, message BLOB NOT NULL)");
        // The log gets its full length now: to lengthen a file costs the file system more at each commit than to write over it.
        Execute("INSERT INTO events (manifest, message) VALUES ('', zeroblob(8000000))");
        Execute("DELETE FROM events");
        _insert = _connection.CreateCommand();
        _insert.CommandText = "INSERT INTO events (manifest, message) VALUES ($manifest, $message)";
        _insert.Parameters.Add("$manifest", SqliteType.Text);
        _insert.Parameters.Add("$message", SqliteType.Blob);
        _insert.Prepare();
    }

    public static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>The newest events of a store's journal, as they stand in it, as often as it takes to be so many.</summary>
    public static List<(string Manifest, byte[] Message)> EventsOf(string file, int count)
    {
        using var connection = Open(file);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT manifest, message FROM journal WHERE NOT deleted ORDER BY sequence_number DESC LIMIT $count";
        command.Parameters.AddWithValue("$count", count);
        using var reader = command.ExecuteReader();
        var rows = new List<(string, byte[])>();
        while (reader.Read())
        {
            rows.Add((reader.GetString(0), reader.GetFieldValue<byte[]>(1)));
        }

        rows.Reverse();
        return [.. Enumerable.Range(0, count).Select(i => rows[i % rows.Count])];
    }

    /// <summary>Writes them, so many in each transaction; how long that took.</summary>
    public TimeSpan Write(IEnumerable<(string Manifest, byte[] Message)> events, int aTransaction)
    {
        var clock = Stopwatch.StartNew();
        foreach (var batch in events.Chunk(aTransaction))
        {
            using var transaction = _connection.BeginTransaction();
            _insert.Transaction = transaction;
            foreach (var (manifest, message) in batch)
            {
                _insert.Parameters[0].Value = manifest;
                _insert.Parameters[1].Value = message;
                _insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return clock.Elapsed;
    }

    /// <summary>Reads what a start needs, and parses the protobuf in it: the newest snapshot, and the events since then.</summary>
    /// <returns>How long the bytes took, and how long all did.</returns>
    public static (TimeSpan Bytes, TimeSpan Parsed) Read(string file)
    {
        var clock = Stopwatch.StartNew();
        using var connection = Open(file);
        var snapshot = Rows(connection, "SELECT sequence_number, manifest, snapshot FROM snapshot ORDER BY sequence_number DESC LIMIT 1", 0);
        var since = snapshot.Count > 0 ? snapshot[0].Sequence : 0;
        var events = Rows(
            connection, "SELECT sequence_number, manifest, message FROM journal WHERE NOT deleted AND sequence_number > $since ORDER BY sequence_number", since);
        var bytes = clock.Elapsed;
        foreach (var row in snapshot.Concat(events))
        {
            StoredRows.Parse(row.Manifest, row.Bytes);
        }

        return (bytes, clock.Elapsed);
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    private static List<(long Sequence, string Manifest, byte[] Bytes)> Rows(SqliteConnection connection, string sql, long since)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$since", since);
        using var reader = command.ExecuteReader();
        var rows = new List<(long, string, byte[])>();
        while (reader.Read())
        {
            rows.Add((reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
        }

        return rows;
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
