using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store.Upkeep;
using Meshara.Core.Peers;
using Meshara.Node.Output;

namespace Meshara.Node.Commands;

/// <summary><c>meshara store</c>: what a node knows, looked after from outside. To look, the node may run; to change, it must not.</summary>
internal static class StoreCommands
{
    public static Command Make() => new("store", "Look after what a node knows.\n\nExample: meshara store info --data ./b")
    {
        Read("info", "Say what the store holds.", InfoAsync),
        Read("check", "Say whether the store is whole; exit code 1 if it is not.", CheckAsync),
        Write("repair", "Keep a copy of a damaged store, and go on with all that can be read of it.", RepairAsync),
        Export(),
        Import(),
        Write("compact", "Give the space back that the store no longer needs.", CompactAsync),
    };

    private static Command Read(string name, string does, Func<StoreUpkeep, bool, Task<int>> run) => Make(name, does, alone: false, run);

    private static Command Write(string name, string does, Func<StoreUpkeep, bool, Task<int>> run) => Make(name, does, alone: true, run);

    private static Command Make(string name, string does, bool alone, Func<StoreUpkeep, bool, Task<int>> run)
    {
        var json = CommandLine.AsJson();
        var command = Make(name, does, " --data ./b", alone, (store, parsed) => run(store, parsed.GetValue(json)));
        command.Add(json);
        return command;
    }

    private static Command Export()
    {
        var events = new Option<bool>("--events") { Description = "Print the history instead: each stored event, the oldest first." };
        var command = Make(
            "export", "Print the known peers and banned ranges as JSON lines.", " --data ./b > peers.jsonl", alone: false,
            (store, parsed) => ExportAsync(store, parsed.GetValue(events)));
        command.Add(events);
        return command;
    }

    private static Command Import()
    {
        var file = new Argument<string>("FILE") { Description = "JSON lines that 'meshara store export' printed; - for standard input." };
        var json = CommandLine.AsJson();
        var command = Make(
            "import", "Merge exported peers and bans into what is known.", " peers.jsonl --data ./b", alone: true,
            (store, parsed) => ImportAsync(store, parsed.GetValue(json), parsed.GetValue(file)!));
        command.Add(file);
        command.Add(json);
        return command;
    }

    private static Command Make(string name, string does, string example, bool alone, Func<StoreUpkeep, ParseResult, Task<int>> run)
    {
        var (data, config, set) = (CommandLine.Data(), Layers.Files(), Layers.Set());
        var command = new Command(name, $"{does}\n\nExample: meshara store {name}{example}") { data, config, set };
        command.SetAction(async parsed =>
        {
            try
            {
                var layers = Layers.Of(parsed.GetValue(config));
                layers = parsed.GetValue(data) is { } folder ? Overrides.Value("data", folder, "--data").WithFallback(layers) : layers;
                layers = Layers.With(layers, parsed.GetValue(set));
                using var store = StoreUpkeep.Open(MesharaConfiguration.Load(null, Mesh.DefaultName, layers), alone);
                return await run(store, parsed);
            }
            catch (Exception e) when (e is MesharaStartException or IOException or UnauthorizedAccessException or DbException or FormatException)
            {
                Console.Error.WriteLine(e.Message.ReplaceLineEndings(" "));
                return CommandLine.Failed;
            }
        });
        return command;
    }

    private static Task<int> InfoAsync(StoreUpkeep store, bool json)
    {
        var reading = store.Read();
        var (size, free) = store.Size();
        var peers = reading.Known.Peers.Values;
        var now = TimeProvider.System.GetUtcNow();
        var info = new JsonObject
        {
            ["schema"] = 1,
            ["nodeId"] = store.Node.ToString(),
            ["provider"] = store.Provider,
            ["path"] = store.File,
            ["sizeBytes"] = size,
            ["freeBytes"] = free,
            ["events"] = reading.Events.Length,
            ["oldestEvent"] = Time(reading.Events.FirstOrDefault()?.Event.At),
            ["newestEvent"] = Time(reading.Events.LastOrDefault()?.Event.At),
            ["snapshots"] = reading.Snapshots.Length,
            ["newestSnapshotAt"] = reading.Snapshots.IsEmpty ? null : reading.Snapshots[0],
            ["peers"] = reading.Known.Peers.Count,
            ["manual"] = peers.Count(p => p.Manual),
            ["banned"] = peers.Count(p => p.IsBanned(now)),
            ["removed"] = peers.Count(p => p.IsRemoved(now)),
            ["pins"] = reading.Known.Pins.Count(),
            ["bannedRanges"] = reading.Known.Ranges.All.Count(b => b.Holds(now)),
            ["faults"] = reading.Faults.Length,
        };
        Print(info, json);
        return Task.FromResult(CommandLine.Done);
    }

    private static Task<int> CheckAsync(StoreUpkeep store, bool json)
    {
        var reading = store.Read();
        var isGood = reading.Faults.IsEmpty;
        if (json)
        {
            Console.WriteLine(Json.Line(new JsonObject
            {
                ["schema"] = 1,
                ["good"] = isGood,
                ["lossless"] = reading.IsWhole,
                ["faults"] = new JsonArray([.. reading.Faults.Select(f => (JsonNode)f)]),
                ["peers"] = reading.Known.Peers.Count,
                ["events"] = reading.Events.Length,
                ["snapshots"] = reading.Snapshots.Length,
            }));
        }
        else if (isGood)
        {
            Console.WriteLine($"The store is good: {Contents(reading)}.");
        }
        else
        {
            Faults(reading);
            Console.WriteLine(reading.IsWhole
                ? $"Nothing is lost: {Contents(reading)} can be read."
                : $"What can be read: {Contents(reading)}.");
            Console.WriteLine($"To go on with that, with a copy of the damaged store beside it: meshara store repair --data {store.Folder}");
        }

        return Task.FromResult(isGood ? CommandLine.Done : CommandLine.Failed);
    }

    private static async Task<int> RepairAsync(StoreUpkeep store, bool json)
    {
        var reading = store.Read();
        var kept = reading.Faults.IsEmpty ? null : await store.RepairAsync(reading, TimeProvider.System.GetUtcNow());
        if (json)
        {
            Console.WriteLine(Json.Line(new JsonObject
            {
                ["schema"] = 1, ["repaired"] = kept is not null, ["lossless"] = reading.IsWhole, ["copy"] = kept, ["peers"] = reading.Known.Peers.Count,
            }));
        }
        else if (kept is null)
        {
            Console.WriteLine($"The store is good: {Contents(reading)}. Nothing was changed.");
        }
        else
        {
            Faults(reading);
            Console.WriteLine($"{(reading.IsWhole ? "Nothing was lost" : "This could be read and is kept")}: {Contents(reading)}.");
            Console.WriteLine($"The damaged store is kept as {kept}");
        }

        return CommandLine.Done;
    }

    private static async Task<int> ExportAsync(StoreUpkeep store, bool history)
    {
        var reading = store.Read();
        if (!reading.Faults.IsEmpty)
        {
            Console.Error.WriteLine($"The store is damaged ({reading.Faults[0]}); this is what can be read of it. See: meshara store check --data {store.Folder}");
        }

        // A hundred thousand lines, each flushed, would take minutes.
        await using var output = new StreamWriter(Console.OpenStandardOutput());
        await output.WriteLineAsync(StoreJson.Head(store.Node, TimeProvider.System.GetUtcNow()));
        var lines = history
            ? reading.Events.Select(StoreJson.Line)
            : reading.Known.Peers.Values.OrderBy(p => p.Id).Select(StoreJson.Line).Concat(reading.Known.Ranges.All.Select(StoreJson.Line));
        foreach (var line in lines)
        {
            await output.WriteLineAsync(line);
        }

        return reading.Faults.IsEmpty ? CommandLine.Done : CommandLine.Failed;
    }

    /// <summary>All is read before anything is written: a file with a bad line changes nothing.</summary>
    private static async Task<int> ImportAsync(StoreUpkeep store, bool json, string path)
    {
        using var reader = path == "-" ? Console.In : new StreamReader(path);
        var peers = new Dictionary<Core.Identity.NodeId, KnownPeer>();
        var ranges = new List<RangeBan>();
        for (var number = 1; await reader.ReadLineAsync() is { } line; number++)
        {
            if (line.Length == 0)
            {
                continue;
            }

            try
            {
                switch (line.Length > StoreJson.MaxLine ? throw new FormatException($"A line has at most {StoreJson.MaxLine} characters.") : StoreJson.Read(line))
                {
                    case KnownPeer peer when !peers.TryAdd(peer.Id, peer):
                        throw new FormatException($"The peer {peer.Id} stands there twice.");
                    case RangeBan ban:
                        ranges.Add(ban);
                        break;
                }
            }
            catch (FormatException e)
            {
                throw new FormatException($"{path}:{number}: {e.Message} Nothing was imported.", e);
            }
        }

        peers.Remove(store.Node);
        var totals = await store.ImportAsync([.. peers.Values], [.. ranges]);
        if (json)
        {
            Console.WriteLine(Json.Line(new JsonObject
            {
                ["schema"] = 1, ["read"] = peers.Count, ["added"] = totals.Added, ["changed"] = totals.Changed, ["leftOut"] = totals.LeftOut,
            }));
        }
        else
        {
            var full = totals.LeftOut == 0 ? "" : $"; {totals.LeftOut} were left out, because the store is full (store.max-known-peers, 1,024 banned ranges)";
            Console.WriteLine($"{peers.Count} peers and {ranges.Count} banned ranges read: {totals.Added} peers are new, of {totals.Changed} more is known now{full}.");
        }

        return totals.LeftOut == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    private static Task<int> CompactAsync(StoreUpkeep store, bool json)
    {
        var before = store.Size().Size;
        store.Compact();
        var after = store.Size().Size;
        if (json)
        {
            Console.WriteLine(Json.Line(new JsonObject { ["schema"] = 1, ["sizeBefore"] = before, ["sizeAfter"] = after }));
        }
        else
        {
            Console.WriteLine($"{before} bytes before, {after} now.");
        }

        return Task.FromResult(CommandLine.Done);
    }

    private static void Print(JsonObject answer, bool json)
    {
        if (json)
        {
            Console.WriteLine(Json.Line(answer));
        }
        else
        {
            Text.Fields(answer);
        }
    }

    private static void Faults(StoreReading reading)
    {
        foreach (var fault in reading.Faults.Take(20))
        {
            Console.WriteLine($"damaged: {Text.Clean(fault)}");
        }

        if (reading.Faults.Length > 20)
        {
            Console.WriteLine($"and {reading.Faults.Length - 20} more");
        }
    }

    private static string Contents(StoreReading reading) =>
        $"{reading.Known.Peers.Count} peers, {reading.Known.Ranges.Count} banned ranges, {reading.Events.Length} events, {reading.Snapshots.Length} snapshots";

    private static string? Time(DateTimeOffset? time) => time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
