using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Store;

public sealed class StoreDatabaseSpec : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly DataFolder _folder;

    public StoreDatabaseSpec() => _folder = DataFolder.Open(_temp.Path);

    private string File => Path.Combine(_temp.Path, StoreDatabase.FileName);

    [Fact]
    public void A_new_file_is_its_owners_alone_and_logs_ahead()
    {
        var database = Prepare();
        Ask(database.ConnectionString, "PRAGMA journal_mode").ShouldBe("wal");
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.GetUnixFileMode(File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void What_is_committed_survives_a_power_cut()
    {
        // FULL (2): each commit reaches the disk. It is a setting of the connection, and the default of every one that is opened so.
        Ask(Prepare().ConnectionString, "PRAGMA synchronous").ShouldBe(2L);
    }

    [Theory]
    [InlineData("not a database at all, but long enough to look like one")]
    [InlineData("short")]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is(string content)
    {
        System.IO.File.WriteAllText(File, content);
        var error = Should.Throw<MesharaStartException>(Prepare);
        IsOneLine(error).ShouldContain("damaged");
        error.Message.ShouldContain(File);
        error.Message.ShouldContain("Nothing was overwritten");
        System.IO.File.ReadAllText(File).ShouldBe(content);
    }

    [Fact]
    public void A_database_with_a_damaged_page_is_refused_and_left_as_it_is()
    {
        Ask(Prepare().ConnectionString, "CREATE TABLE t (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
            + "INSERT INTO t SELECT randomblob(200) FROM n; CREATE INDEX i ON t (x); PRAGMA wal_checkpoint(TRUNCATE);");
        SqliteConnection.ClearAllPools();
        var bytes = System.IO.File.ReadAllBytes(File);
        bytes.AsSpan(4096 * 3, 4096 * 4).Fill(0xA5);
        System.IO.File.WriteAllBytes(File, bytes);

        IsOneLine(Should.Throw<MesharaStartException>(Prepare)).ShouldContain("damaged");
        System.IO.File.ReadAllBytes(File).ShouldBe(bytes);
    }

    [Fact]
    public void A_file_that_was_cut_off_is_refused_and_left_as_it_is()
    {
        Ask(Prepare().ConnectionString, "CREATE TABLE t (x); CREATE TABLE u (x); PRAGMA wal_checkpoint(TRUNCATE);");
        SqliteConnection.ClearAllPools();
        var bytes = System.IO.File.ReadAllBytes(File)[..5000];
        System.IO.File.WriteAllBytes(File, bytes);

        IsOneLine(Should.Throw<MesharaStartException>(Prepare)).ShouldContain("damaged");
        System.IO.File.ReadAllBytes(File).ShouldBe(bytes);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_one_clear_line()
    {
        Directory.CreateDirectory(File);
        IsOneLine(Should.Throw<MesharaStartException>(Prepare)).ShouldContain("cannot be written");
    }

    [Fact]
    public void A_file_that_another_program_has_locked_is_one_clear_line()
    {
        Prepare();
        using var blocker = new SqliteConnection($"Data Source={File};Pooling=False");
        blocker.Open();
        using var held = blocker.BeginTransaction();
        var settings = new StoreSettings { ConnectionString = $"Data Source={File};Default Timeout=1" };
        IsOneLine(Should.Throw<MesharaStartException>(() => StoreDatabase.Prepare(_folder, settings))).ShouldContain("locked by another program");
    }

    [Fact]
    public void A_server_that_does_not_answer_is_one_clear_line_without_the_password()
    {
        var settings = new StoreSettings { Provider = "PostgreSQL.15", ConnectionString = $"Host={_temp.Path};Username=m;Password=secret" };
        var error = Should.Throw<MesharaStartException>(() => StoreDatabase.Prepare(_folder, settings));
        IsOneLine(error).ShouldContain("PostgreSQL server cannot be used");
        error.ToString().ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Password=secret;Nonsense")]
    [InlineData("Nonsense=secret")]
    public void A_connection_string_that_makes_no_sense_is_one_clear_line_without_the_password(string text)
    {
        var settings = new StoreSettings { Provider = "PostgreSQL.15", ConnectionString = text };
        var error = Should.Throw<MesharaStartException>(() => StoreDatabase.Prepare(_folder, settings));
        IsOneLine(error).ShouldContain("store.connection-string");
        error.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public void Another_kind_of_server_is_taken_as_it_is_and_its_password_is_in_no_text()
    {
        var settings = new StoreSettings { Provider = "SqlServer.2022", ConnectionString = "Server=db;User Id=m;Password=secret" };
        var database = StoreDatabase.Prepare(_folder, settings);
        database.ConnectionString.ShouldBe(settings.ConnectionString);
        database.ToString().ShouldNotContain("secret");
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
        _temp.Dispose();
    }

    private static string IsOneLine(MesharaStartException error)
    {
        error.Message.ShouldNotContain("\n");
        return error.Message;
    }

    private static object? Ask(string connectionString, string sql)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private StoreDatabase Prepare() => StoreDatabase.Prepare(_folder, new StoreSettings());
}
