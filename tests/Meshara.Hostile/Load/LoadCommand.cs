using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Meshara.Hostile.Load;

/// <summary>The commands <c>load</c> and <c>swarm</c>.</summary>
internal static class LoadCommand
{
    public static Command Load()
    {
        var honest = new Option<int>("--honest") { DefaultValueFactory = _ => 1000, Description = "Peers that keep to the protocol" };
        var hostile = new Option<int>("--hostile") { DefaultValueFactory = _ => 10_000, Description = "Sockets that the attackers hold open, or try to" };
        var rate = new Option<int>("--rate") { DefaultValueFactory = _ => 2_000, Description = "Sockets that they open in a second, at most" };
        var time = new Option<string>("--for") { DefaultValueFactory = _ => "20s", Description = "How long each attack is measured: 5s, 1m" };
        var attacks = new Option<string[]>("--attack")
        {
            DefaultValueFactory = _ => [.. Names], AllowMultipleArgumentsPerToken = true, Description = $"Which: {string.Join("; ", Behaviour.All.Select(b => $"{b.Name}: {b.What}"))}; {Swarm.Together}: all at once",
        };
        attacks.AcceptOnlyFromAmong([.. Names]);
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 1, Description = "How often each attack is measured, with the node in peace right before each; the medians are compared. A machine that other work slows down needs 3 to 5" };
        rounds.Validators.Add(r =>
        {
            if (r.GetValue(rounds) is < 1 or > 100)
            {
                r.AddError("--rounds is 1 to 100.");
            }
        });
        var equal = new Option<bool>("--equal") { Description = "The attackers take as much of the processor as the others, not only what is left" };
        var command = new Command("load", "Starts a node on loopback, has honest peers ping it, attacks it in one way after another, and tells how they are served and what it costs. Exit 1 if they are served twice as badly.")
        {
            honest, hostile, rate, time, attacks, rounds, equal,
        };
        command.SetAction(async (parsed, stop) =>
        {
            if (!TryParse(parsed.GetValue(time)!, out var length))
            {
                await Console.Error.WriteLineAsync("--for is a number of seconds or minutes, such as 20s or 1m, of at most ten minutes.");
                return 2;
            }

            var plan = new LoadPlan(parsed.GetValue(honest), parsed.GetValue(hostile), parsed.GetValue(rate), length, parsed.GetValue(attacks)!, parsed.GetValue(rounds), parsed.GetValue(equal));
            try
            {
                return await new LoadRun(plan).RunAsync(stop) ? 0 : 1;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync(stop.IsCancellationRequested ? "Stopped; the nodes are stopped too." : "The honest peers did not come together in time.");
                return 1;
            }
        });
        return command;
    }

    /// <summary>What <c>load</c> starts.</summary>
    public static Command SwarmOf()
    {
        var attack = new Argument<string>("attack");
        attack.AcceptOnlyFromAmong([.. Names]);
        var victim = new Argument<string>("victim") { Description = "IP:PORT on loopback" };
        var sockets = new Option<int>("--sockets") { DefaultValueFactory = _ => 1000 };
        var rate = new Option<int>("--rate") { DefaultValueFactory = _ => 1000 };
        var command = new Command("swarm", "Holds many hostile sockets to a node of your own on loopback until its input ends, ten minutes at most. Says when it has begun, and at the end what it did, as JSON.") { attack, victim, sockets, rate };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetValue(attack)!;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var swarm = new Swarm(IPEndPoint.Parse(parsed.GetValue(victim)!), Swarm.Named(name), parsed.GetValue(sockets), parsed.GetValue(rate));
            var running = swarm.RunAsync(name, over.Token);
            Console.WriteLine(Swarm.Begun);
            await Task.WhenAny(running, Console.In.ReadToEndAsync(over.Token));
            await over.CancelAsync();
            Console.WriteLine(JsonSerializer.Serialize(await running, JsonSerializerOptions.Web));
            return 0;
        });
        return command;
    }

    private static IEnumerable<string> Names => Behaviour.All.Select(b => b.Name).Append(Swarm.Together);

    private static bool TryParse(string text, out TimeSpan time)
    {
        var unit = text.EndsWith('s') ? 1 : text.EndsWith('m') ? 60 : 0;
        time = unit > 0 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? TimeSpan.FromSeconds(number * unit) : TimeSpan.Zero;
        return time > TimeSpan.Zero && time <= TimeSpan.FromMinutes(10);
    }
}
