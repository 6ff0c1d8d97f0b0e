using Meshara.Benchmarks;
using Meshara.Benchmarks.Growth;
using Meshara.Benchmarks.Micro;
using Meshara.Benchmarks.Node;
using Meshara.Benchmarks.Store;
using Meshara.Benchmarks.Tables;

IBenchmark[] store = [new WriteRates(), new BusyMesh(), new RecoveryTime(), new MemoryPerPeer(), new YearOfChurn(), new Selection()];
IBenchmark[] node =
[
    new ConnectionRate(), new IdleConnections(), new RoundTrip(), new MessageRate(), new BusyConnections(), new StartTime(), new MdnsPackets(),
];

switch (args)
{
    case ["lan", .. var rest]:
        var runs = rest.Length > 0 && int.TryParse(rest[0], out var given) && given is > 0 and <= 1000 ? given : 20;
        await LanBenchmark.RunAsync(runs);
        return 0;
    case ["store", .. var rest]:
        return await PrintAsync(store, rest);
    case ["node", .. var rest]:
        return await PrintAsync(node, rest);
    case ["micro", .. [] or ["--quick"]]:
        return MicroSuite.Run(quick: args.Length > 1);
    case ["growth", var folder, .. [] or ["--quick"]]:
        await GrowthCommand.RunAsync(new DirectoryInfo(folder), quick: args.Length > 2);
        return 0;
    case ["target", ("node" or "raw") and var kind]:
        await Target.RunAsync(kind);
        return 0;
    case ["hello"]:
        Console.WriteLine("hello");
        return 0;
    default:
        return Usage();
}

async Task<int> PrintAsync(IBenchmark[] all, string[] rest)
{
    var names = rest.Where(a => !a.StartsWith('-')).ToHashSet();
    if (rest.Any(a => a is not ("--quick" or "--json" or "--gate") && a.StartsWith('-')) || names.Any(n => all.All(b => b.Name != n)))
    {
        return Usage();
    }

    var farOff = await Table.PrintAsync(all.Where(b => names.Count == 0 || names.Contains(b.Name)), new Scale(rest.Contains("--quick")), rest.Contains("--json"));
    if (!rest.Contains("--gate") || farOff.Count == 0)
    {
        return 0;
    }

    Console.Error.WriteLine($"Far from their aims: {string.Join("; ", farOff.Select(f => f.Name))}.");
    return 1;
}

int Usage()
{
    Console.Error.WriteLine($"""
        Usage: dotnet run -c Release --project tests/Meshara.Benchmarks -- SUITE [...]

        lan [RUNS]                           Nodes on a LAN of network namespaces (needs root, iproute2 and nftables): how soon a new node is
                                             connected with one that is there, over RUNS starts (20), and how many mDNS packets a node sends
                                             in steady state, for 2 and for 20 nodes.
        store [NAME ...] [--quick] [--json]  The peer store beside raw Microsoft.Data.Sqlite: a table in Markdown, or a JSON object a line.
                                             NAME: {string.Join(", ", store.Select(b => b.Name))}.
        node [NAME ...] [--quick] [--json]   Whole nodes on loopback beside raw SslStream, the same table.
                                             NAME: {string.Join(", ", node.Select(b => b.Name))}.
                                             --gate: exit 1 if a figure misses its aim by four times; ratios and allocations, no times.
        growth FOLDER [--quick]              What more connections, known peers and neighbours on the LAN cost: tables, and pictures in FOLDER.
        micro [--quick]                      Single calls by BenchmarkDotNet: codec, reputation, choice of peers, mDNS.
        """);
    return 2;
}
