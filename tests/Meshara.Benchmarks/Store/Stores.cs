using Meshara.Actors.Configuration;
using Meshara.Core.Peers;
using Microsoft.Data.Sqlite;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Benchmarks.Store;

/// <summary>Stores that hold many peers already.</summary>
internal static class Stores
{
    private const int AnImport = 5_000;

    public static Task FillAsync(RunningStore store, IEnumerable<KnownPeer> peers) =>
        store.KeepAsync([.. peers.Chunk(AnImport).Select((some, i) => new Import(i, [.. some], []))], inFlight: 1);

    /// <summary>Makes a store that holds so many peers, all in its snapshot or all in its journal, and stops it.</summary>
    public static async Task MakeAsync(string folder, int peers, bool snapshot)
    {
        var settings = new StoreSettings { MaxKnownPeers = 1_000_000, SnapshotEvery = snapshot ? peers : int.MaxValue };
        await using var store = await RunningStore.StartAsync(folder, settings);
        await FillAsync(store, Population.Of(peers, records: true));
        while (snapshot && Count(RunningStore.FileIn(folder), "SELECT count(*) FROM snapshot") == 0)
        {
            await Task.Delay(20);
        }
    }

    public static long Count(string file, string sql)
    {
        using var connection = RawStore.Open(file);
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
