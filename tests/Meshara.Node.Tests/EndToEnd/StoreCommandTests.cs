using System.Text.Json.Nodes;
using Meshara.Node.Tests.Output;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>What an operator does with a store, from the command line.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_store_is_looked_at_exported_imported_damaged_and_repaired()
    {
        var peer = await RunTwoAsync();

        var info = JsonNode.Parse((await StoreAsync("info", "--json")).Output)!;
        Shape.Of(info).ShouldBe(
            "{schema:number,nodeId:string,provider:string,path:string,sizeBytes:number,freeBytes:number,events:number,oldestEvent:string,newestEvent:string,"
            .Replace("schema:number", "schema:1", StringComparison.Ordinal)
            + "snapshots:number,newestSnapshotAt:null,peers:number,manual:number,banned:number,removed:number,pins:number,bannedRanges:number,faults:number}");
        (info["peers"]!.GetValue<int>(), info["manual"]!.GetValue<int>(), info["pins"]!.GetValue<int>()).ShouldBe((1, 1, 1));
        (await StoreAsync("info")).Output.ShouldContain("peers");

        var good = await StoreAsync("check");
        (good.Exit, good.Error).ShouldBe((0, ""));
        good.Output.ShouldStartWith("The store is good: 1 peers");

        var export = await StoreAsync("export");
        export.Exit.ShouldBe(0, export.Error);
        var lines = export.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Select(l => JsonNode.Parse(l)!["kind"]!.GetValue<string>()).ShouldBe(["store", "peer"]);
        lines[1].ShouldContain(peer);
        (await StoreAsync("export", "--events")).Output.ShouldContain("\"event\":\"learned\"");

        // Into the store of another node, twice.
        var file = Path.Combine(_data["files"], "peers.jsonl");
        Directory.CreateDirectory(_data["files"]);
        await File.WriteAllTextAsync(file, export.Output);
        (await ImportAsync(file)).ShouldBe((0, "1 peers and 0 banned ranges read: 1 peers are new, of 0 more is known now.\n", ""));
        (await ImportAsync(file)).Output.ShouldContain("0 peers are new, of 0 more is known now.");
        var other = (await NodeProcess.CommandAsync("store", "export", "--data", _data["three"])).Out.Split('\n')[1];
        other.ShouldBe(lines[1]);

        var database = Path.Combine(_data["one"], "peers.db");
        await File.WriteAllTextAsync(database, new string('x', 3000));
        var bad = await StoreAsync("check");
        bad.Exit.ShouldBe(1);
        bad.Output.ShouldContain("damaged: ");
        bad.Output.ShouldContain($"meshara store repair --data {_data["one"]}");
        var refused = await NodeProcess.CommandAsync("run", "--page", "off", "--data", _data["one"], "--listen", "127.0.0.1:0", "--no-mdns");
        refused.Exit.ShouldBe(1);
        refused.Error.ShouldContain("meshara store repair");

        var repaired = await StoreAsync("repair");
        repaired.Exit.ShouldBe(0, repaired.Error);
        File.Exists(repaired.Output.Trim().Split(' ')[^1]).ShouldBeTrue();
        (await StoreAsync("check")).Output.ShouldStartWith("The store is good: 0 peers");
        (await StoreAsync("compact")).Exit.ShouldBe(0);
    }

    [Fact]
    public async Task A_file_with_a_bad_line_changes_nothing_and_names_the_line()
    {
        await RunTwoAsync();
        Directory.CreateDirectory(_data["files"]);
        var file = Path.Combine(_data["files"], "peers.jsonl");
        await File.WriteAllTextAsync(file, (await StoreAsync("export")).Output + "{\"kind\":\"planet\"}\n");

        var import = await ImportAsync(file);
        import.Exit.ShouldBe(1);
        import.Error.ShouldBe($"{file}:3: Lines of the kind 'planet' are not known here. Nothing was imported.\n");
        (await NodeProcess.CommandAsync("store", "check", "--data", _data["three"])).Out.ShouldStartWith("The store is good: 0 peers");
    }

    [Fact]
    public async Task Beside_a_node_that_runs_a_store_can_be_looked_at_and_not_changed()
    {
        using var node = await NodeProcess.RunAsync(_data["one"], "--listen", "127.0.0.1:0", "--no-mdns");

        (await StoreAsync("check")).Exit.ShouldBe(0);
        (await StoreAsync("export")).Exit.ShouldBe(0);
        foreach (var command in new[] { "repair", "compact" })
        {
            var refused = await StoreAsync(command);
            refused.Exit.ShouldBe(1);
            refused.Error.ShouldContain("already used by the node with pid");
        }
    }

    [Fact]
    public async Task Where_no_node_has_been_there_is_no_store()
    {
        var (exit, output, error) = await StoreAsync("info");
        (exit, output).ShouldBe((1, ""));
        error.ShouldContain($"meshara run --data {_data["one"]}");
    }

    /// <summary>Runs a node that knows another, and a third one that knows nobody; none of them runs any more then.</summary>
    /// <returns>The public key of whom the first knows.</returns>
    private async Task<string> RunTwoAsync()
    {
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", "127.0.0.1:0", "--no-mdns");
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", "127.0.0.1:0", "--no-mdns", "--peer", two.Address);
        using var three = await NodeProcess.RunAsync(_data["three"], "--listen", "127.0.0.1:0", "--no-mdns");
        await one.NextAsync("peer-connected");
        foreach (var node in new[] { one, three, two })
        {
            node.Terminate();
            (await node.ExitAsync()).ShouldBe(0);
        }

        return $"{two.Ready["publicKey"]}";
    }

    private async Task<(int Exit, string Output, string Error)> StoreAsync(params string[] command) =>
        await NodeProcess.CommandAsync(["store", .. command, "--data", _data["one"]]);

    private async Task<(int Exit, string Output, string Error)> ImportAsync(string file) =>
        await NodeProcess.CommandAsync("store", "import", file, "--data", _data["three"]);
}
