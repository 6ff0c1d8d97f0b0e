using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Meshara.Simulation.Fleet;
using Meshara.Simulation.Liveness;
using Meshara.Simulation.Output;

namespace Meshara.Simulation;

/// <summary>The command line of the simulation.</summary>
internal static class SimulationCommand
{
    /// <summary>Below so many nodes the actors themselves are run.</summary>
    private const int ActorsUpTo = 60;

    public static int Run(string[] args) => Make().Parse(args).Invoke();

    private static RootCommand Make()
    {
        var nodes = Number("--nodes", "COUNT", "How many nodes.", 20, 2, 20_000);
        var hours = Real("--hours", "HOURS", "How much virtual time.", 1, 0.01, 24 * 365);
        var seed = Number("--seed", "N", "Everything that happens follows from it, and from the other options.", 7, 0, int.MaxValue);
        var churn = new Option<double>("--churn")
        {
            HelpName = "SHARE/h", Description = "The share of the nodes that go in an hour, each to come back after some minutes: 20%/h.",
            DefaultValueFactory = _ => 0.2, CustomParser = ParseShare,
        };
        var loss = new Option<double>("--loss")
        {
            HelpName = "SHARE", Description = "The share of packets that is lost: 1%.", DefaultValueFactory = _ => 0.01, CustomParser = ParseShare,
        };
        var latency = Number("--latency", "MS", "The shortest time from host to host; with jitter it is up to four times as long.", 20, 0, 2000);
        var fast = new Option<bool>("--fast") { Description = "With the heartbeat of hocon/fast.conf." };
        var engine = new Option<string>("--engine")
        {
            Description = $"actors: whole nodes but for TLS, sockets and disk; policies: the same decisions under a thin shell. auto: actors up to {ActorsUpTo} nodes.",
            DefaultValueFactory = _ => "auto",
        };
        engine.AcceptOnlyFromAmong("auto", "actors", "policies");
        var runs = Number("--runs", "COUNT", "So many runs, with this seed and those after it; the first that breaks a rule is the last.", 1, 1, 100_000);
        var trace = new Option<FileInfo>("--trace") { HelpName = "FILE", Description = "Everything that happens, a line each. Two runs of one seed write the same bytes." };
        var json = new Option<bool>("--json") { Description = "The figures as one JSON object a run on stdout; progress and the table go to stderr." };
        var command = new RootCommand(
            """
            Many nodes on virtual time and an in-memory network, from one seed. Every rule is held at every step: never over max-peers, no honest
            node banned, nobody alone that need not be, both ends of a connection agree, nothing lost that a node said it keeps. Exit 1 when one breaks.

            Examples:
              dotnet run -c Release --project tests/Meshara.Simulation -- --nodes 20 --hours 1
              dotnet run -c Release --project tests/Meshara.Simulation -- --nodes 1000 --hours 24 --churn 20%/h --seed 7
              dotnet run -c Release --project tests/Meshara.Simulation -- --nodes 12 --hours 1 --runs 100 --seed 1
              dotnet run -c Release --project tests/Meshara.Simulation -- liveness
            """)
        {
            nodes, hours, seed, churn, loss, latency, fast, engine, runs, trace, json,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(new Runs(
            new Scenario
            {
                Nodes = parsed.GetValue(nodes),
                Length = TimeSpan.FromHours(parsed.GetValue(hours)),
                Seed = parsed.GetValue(seed),
                ChurnPerHour = parsed.GetValue(churn),
                Loss = parsed.GetValue(loss),
                Latency = TimeSpan.FromMilliseconds(parsed.GetValue(latency)),
                Jitter = TimeSpan.FromMilliseconds(parsed.GetValue(latency) * 3),
                IsFast = parsed.GetValue(fast),
                HasActors = parsed.GetValue(engine) == "actors" || (parsed.GetValue(engine) == "auto" && parsed.GetValue(nodes) <= ActorsUpTo),
            },
            parsed.GetValue(trace),
            parsed.GetValue(json)).All(parsed.GetValue(runs), cancellation)));
        command.Subcommands.Add(LivenessCommand.Make());
        return command;
    }

    public static Option<int> Number(string name, string help, string description, int otherwise, int least, int most)
    {
        var option = new Option<int>(name) { HelpName = help, Description = $"{description} {least} to {most}.", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result => Bound(result, name, least, most));
        return option;
    }

    public static Option<double> Real(string name, string help, string description, double otherwise, double least, double most)
    {
        var option = new Option<double>(name) { HelpName = help, Description = $"{description} {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)}.", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result => Bound(result, name, least, most));
        return option;
    }

    /// <summary>20%, 20%/h or 0.2.</summary>
    public static double ParseShare(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        var number = text.EndsWith("/h", StringComparison.Ordinal) ? text[..^2] : text;
        var isPercent = number.EndsWith('%');
        if (double.TryParse(number.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share >= 0 && (isPercent ? share / 100 : share) <= 10)
        {
            return isPercent ? share / 100 : share;
        }

        result.AddError($"{text} is no share: write 20%, 20%/h or 0.2.");
        return 0;
    }

    // The tokens, not the value: that of a word which is no number cannot be had, and the parser says so itself.
    private static void Bound(OptionResult result, string name, double least, double most)
    {
        if (double.TryParse(result.Tokens.SingleOrDefault()?.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var given) && !(given >= least && given <= most))
        {
            result.AddError($"{name}: {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)}.");
        }
    }
}
