using Meshara.Benchmarks;

if (args is not ["lan", ..])
{
    Console.Error.WriteLine("""
        Usage: dotnet run -c Release --project tests/Meshara.Benchmarks -- lan [RUNS]

        lan    Nodes on a LAN of network namespaces (needs root, iproute2 and nftables): how soon a new node is connected with one that
               is there, over RUNS starts (20), and how many mDNS packets a node sends in steady state, for 2 and for 20 nodes.
        """);
    return 2;
}

var runs = args.Length > 1 && int.TryParse(args[1], out var given) && given is > 0 and <= 1000 ? given : 20;
await LanBenchmark.RunAsync(runs);
return 0;
