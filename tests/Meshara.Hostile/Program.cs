using System.CommandLine;
using Meshara.Actors.Transport;
using Meshara.Core.Peers;
using Meshara.Hostile;
using Meshara.Hostile.Attacks;
using Meshara.Hostile.Load;

var name = new Argument<string>("attack") { Description = string.Join("; ", Attack.All.Select(a => $"{a.Name}: {a.What}")) };
name.AcceptOnlyFromAmong([.. Attack.All.Select(a => a.Name)]);
var victim = new Argument<string>("victim") { Description = "HOST:PORT of a node of your own" };
var network = new Option<string>("--network") { DefaultValueFactory = _ => "meshara", Description = "The name of its network" };
var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1, Description = "The attacker's identities follow from it" };
var count = new Option<int>("--count") { DefaultValueFactory = _ => 100_000, Description = "How many of what the attack takes many of" };
var command = new RootCommand("Attacks a Meshara node, to see that it holds. Prints what it met as one JSON object. Only for nodes of your own.")
{
    name, victim, network, seed, count,
};
command.SetAction(async (parsed, _) =>
{
    if (!PeerAddress.TryParse(parsed.GetValue(victim), out var address, out var error))
    {
        await Console.Error.WriteLineAsync(error);
        return 2;
    }

    try
    {
        var met = await AttackRun.RunAsync(
            parsed.GetValue(name)!, address, parsed.GetValue(network)!, parsed.GetValue(seed), parsed.GetValue(count));
        Console.WriteLine(met.ToJsonString());
        return 0;
    }
    catch (Exception e) when (e is TransportException or TimeoutException or System.Net.Sockets.SocketException)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }
});
command.Add(LoadCommand.Load());
command.Add(LoadCommand.SwarmOf());
return await command.Parse(args).InvokeAsync();
