using System.Collections.Immutable;
using System.Globalization;
using Meshara.Actors.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Microsoft.Data.Sqlite;

namespace Meshara.Actors.Store.Upkeep;

/// <summary>The store of a node that a person looks after from outside: what is in it, whether it is whole, and how to go on if not.</summary>
internal sealed class StoreUpkeep : IDisposable
{
    /// <summary>The endings of the files that SQLite keeps of one database.</summary>
    private static readonly string[] Parts = ["", "-wal", "-shm"];

    private readonly MesharaSettings _settings;
    private readonly StoreDatabase _database;
    private readonly DataFolder? _held;
    private readonly StoreRows _rows;

    private StoreUpkeep(MesharaSettings settings, string folder, NodeId node, DataFolder? held)
    {
        _settings = settings;
        _held = held;
        _database = StoreDatabase.At(folder, settings.Store);
        (Folder, Node) = (folder, node);
        _rows = new StoreRows(_database, StoreRows.PersistenceIdOf(node));
    }

    public string Folder { get; }

    public NodeId Node { get; }


    /// <summary>The provider, and the file if there is one; never the connection string.</summary>
    public string Provider => _database.Provider;

    private bool IsMissing => File is { } file && !System.IO.File.Exists(file);

    /// <inheritdoc cref="StoreDatabase.File"/>
    public string? File => _database.File;

    /// <summary>Opens the store of the node whose data is in the folder that the settings name.</summary>
    /// <param name="alone">Nobody else may use it meanwhile: for what writes. To look at it, a node may run.</param>
    /// <exception cref="MesharaStartException">No node has its data there, or one is running.</exception>
    public static StoreUpkeep Open(MesharaSettings settings, bool alone)
    {
        var folder = DataFolder.PathOf(settings.Data);
        var path = Path.Combine(folder, IdentityFile.Name);
        if (!IdentityFile.Exists(path))
        {
            throw new MesharaStartException($"No node has its data in {folder}. Start one there first: meshara run --data {folder}");
        }

        var held = alone ? DataFolder.Open(folder) : null;
        try
        {
            using var identity = IdentityFile.Load(path);
            return new StoreUpkeep(settings, folder, identity.Id, held);
        }
        catch (IdentityException e)
        {
            held?.Dispose();
            throw new MesharaStartException(e.Message, e);
        }
    }

    /// <summary>All that can be read. What is damaged is told in the faults, those of the database itself first.</summary>
    public StoreReading Read()
    {
        if (IsMissing)
        {
            return StoreReading.Of([], []);
        }

        var complaints = _rows.Complaints();
        try
        {
            var reading = StoreReading.Of(_rows.Snapshots(), _rows.Events());
            return complaints.Count == 0 ? reading : reading with { Faults = [.. complaints, .. reading.Faults], IsWhole = false };
        }
        catch (SqliteException e)
        {
            var faults = complaints.Append(e.Message.ReplaceLineEndings(" ")).Distinct();
            return StoreReading.Of([], []) with { Faults = [.. faults], IsWhole = false };
        }
    }

    /// <inheritdoc cref="StoreRows.Size"/>
    public (long Size, long Free) Size() => IsMissing ? (0, 0) : _rows.Size();

    /// <inheritdoc cref="StoreRows.Compact"/>
    public void Compact() => _rows.Compact();

    /// <summary>Merges what is imported into what is known.</summary>
    public Task<ImportTotals> ImportAsync(ImmutableArray<KnownPeer> peers, ImmutableArray<RangeBan> ranges)
    {
        StoreDatabase.Prepare(_held!, _settings.Store);
        return StoreWriting.RunAsync(_database, Node, _settings, peers, ranges);
    }

    /// <summary>
    /// Puts a store in the place of this one that holds what <paramref name="reading"/> could read of it. The damaged one is kept; and until
    /// the new one is complete it stays where it is.
    /// </summary>
    /// <returns>Where the damaged one is kept.</returns>
    public async Task<string> RepairAsync(StoreReading reading, DateTimeOffset now)
    {
        var name = $"damaged-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        var settings = _settings with { Store = _settings.Store with { MaxKnownPeers = Math.Max(_settings.Store.MaxKnownPeers, reading.Known.Peers.Count) } };
        ImmutableArray<KnownPeer> peers = [.. reading.Known.Peers.Values];
        ImmutableArray<RangeBan> ranges = [.. reading.Known.Ranges.All];
        if (File is { } file)
        {
            var repaired = $"{file}.repaired";
            System.IO.File.Delete(repaired);
            var connection = new SqliteConnectionStringBuilder(_database.ConnectionString) { DataSource = repaired }.ToString();
            var target = StoreDatabase.Prepare(_held!, settings.Store with { ConnectionString = connection });
            await StoreWriting.RunAsync(target, Node, settings, peers, ranges).ConfigureAwait(false);
            new StoreRows(target, "").Compact();
            Replace(file, repaired, $"{file}.{name}");
            return $"{file}.{name}";
        }

        // Under another node's name first, then both are renamed in one transaction.
        var stranger = NodeId.FromBytes(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        await StoreWriting.RunAsync(_database, stranger, settings, peers, ranges).ConfigureAwait(false);
        var kept = $"{StoreRows.PersistenceIdOf(Node)}-{name}";
        _rows.Rename((StoreRows.PersistenceIdOf(Node), kept), (StoreRows.PersistenceIdOf(stranger), StoreRows.PersistenceIdOf(Node)));
        return $"the same database, with the persistence id {kept}";
    }

    public void Dispose() => _held?.Dispose();

    /// <summary>A log that stayed would be taken for one of the new file, so it is gone before that stands there.</summary>
    private static void Replace(string file, string with, string copy)
    {
        foreach (var part in Parts.Where(p => System.IO.File.Exists(file + p)))
        {
            System.IO.File.Copy(file + part, copy + part);
        }

        System.IO.File.Delete($"{file}-wal");
        System.IO.File.Delete($"{file}-shm");
        System.IO.File.Move(with, file, overwrite: true);
    }
}
