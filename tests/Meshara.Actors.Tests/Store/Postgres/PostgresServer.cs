using System.Diagnostics;
using Meshara.Tests;
using Npgsql;
using Shouldly;

namespace Meshara.Actors.Tests.Store.Postgres;

/// <summary>
/// A PostgreSQL server of the tests' own, in a folder of its own, that listens on a socket there and nowhere else. It starts with the first
/// test that needs it, and asks for a password as any server does.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    public const string Password = "correct-horse-battery-staple";

    private const string User = "postgres";

    private string? _folder;
    private string _programs = "";
    private int _databases;

    /// <summary>Skips the test where there can be no server.</summary>
    public void Require()
    {
        if (_folder is not null)
        {
            return;
        }

        Requires.Linux();
        Requires.Root();
        var runuser = Requires.Command("runuser");
        runuser.ShouldNotBeEmpty();
        var programs = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order().LastOrDefault() : null;
        Requires.That(programs is not null, "this test needs PostgreSQL");
        _programs = Path.Combine(programs!, "bin");

        var folder = Directory.CreateTempSubdirectory("meshara-postgres-").FullName;
        File.WriteAllText(Path.Combine(folder, "password"), Password);
        Run("chown", "-R", User, folder);
        As("initdb", "-D", $"{folder}/data", "-A", "scram-sha-256", $"--pwfile={folder}/password", "-U", User, "--no-sync", "-E", "UTF8");
        _folder = folder;
        Start();
    }

    /// <summary>The connection string of a new database.</summary>
    public string NewDatabase()
    {
        var name = $"test_{++_databases}";
        // Not one of a pool: those are dead after the server was killed.
        using var connection = new NpgsqlConnection($"{To("postgres")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The name is made here.
        command.CommandText = $"CREATE DATABASE {name}";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return To(name);
    }

    /// <summary>Where the server's socket is.</summary>
    public string Socket => $"{_folder}/{SocketName}";

    public const string SocketName = ".s.PGSQL.5432";

    public void Start() => As(
        "pg_ctl", "-D", $"{_folder}/data", "-w", "-l", $"{_folder}/log", "-o", $"-c listen_addresses='' -c fsync=off -k {_folder}", "start");

    /// <summary>As a power cut of the server: nobody is told.</summary>
    public void Kill() => As("pg_ctl", "-D", $"{_folder}/data", "-w", "-m", "immediate", "stop");

    public void Dispose()
    {
        if (_folder is not null)
        {
            Kill();
            Directory.Delete(_folder, recursive: true);
        }
    }

    private string To(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = _folder, Username = User, Password = Password, Database = database, Timeout = 2, CommandTimeout = 5,
    }.ToString();

    private void As(string program, params string[] arguments) => Run("runuser", ["-u", User, "--", Path.Combine(_programs, program), .. arguments]);

    /// <summary>What it prints goes nowhere: a server that it starts would hold a pipe open.</summary>
    private static void Run(string program, params string[] arguments)
    {
        string[] quiet = ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments];
        using var process = Process.Start("sh", quiet);
        process.WaitForExit(TimeSpan.FromSeconds(60)).ShouldBeTrue(program);
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}");
    }
}
