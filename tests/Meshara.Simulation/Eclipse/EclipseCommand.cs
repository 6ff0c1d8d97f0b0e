using System.CommandLine;
using Meshara.Simulation.Eclipse.Model;
using Meshara.Simulation.Eclipse.Output;
using Meshara.Simulation.Eclipse.Policies;

namespace Meshara.Simulation.Eclipse;

/// <summary>The command `eclipse`: every policy under every attack.</summary>
internal static class EclipseCommand
{
    private const int QuickRuns = 10;

    /// <summary>The baselines need no tail: of them so many runs tell enough.</summary>
    private const int BaselineRuns = 50;

    private static readonly Option<string[]> Attacks = new("--attack")
    {
        Description = "Only these: " + string.Join("; ", Attack.All.Select(a => $"{a.Name}: {a.What}")), AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> Policies = new("--policy")
    {
        Description = "Only these: " + string.Join("; ", Policy.All.Select(p => $"{p.Name}: {p.What}")), AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int?> Runs = new("--runs") { Description = "Seeds for each policy and attack; as each attack needs if not given" };
    private static readonly Option<int> Seed = new("--seed") { Description = "The first seed; the others follow", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Quick = new("--quick") { Description = $"{QuickRuns} seeds of each, to look at" };
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object instead of the table" };
    private static readonly Option<FileInfo?> PlotFile = new("--plot") { Description = "Write the results as an SVG picture too" };
    private static readonly Option<FileInfo?> Results = new("--results")
    {
        Description = "Keep each outcome in this file, and run only what is not in it: a long run can be cut off and continued",
    };

    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "How many runs at once; the results are the same", DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    public static int Run(string[] args)
    {
        Attacks.AcceptOnlyFromAmong([.. Attack.All.Select(a => a.Name)]);
        Policies.AcceptOnlyFromAmong([.. Policy.All.Select(p => p.Name)]);
        var command = new RootCommand(
            """
            Attacks a model of this node, and of others' policies, as the literature does; prints how often it is cut off. Exit 1 if this node misses an aim.

            Examples:
              eclipse --quick
              eclipse --attack two-hosts --policy meshara addrman-2015 --runs 3000
              eclipse --plot eclipse.svg --results outcomes.txt
            """)
        {
            Attacks, Policies, Runs, Seed, Quick, Json, PlotFile, Results, Threads,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command.Parse(args).Invoke();
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(Runs) is < 1 or > 1_000_000 || parsed.GetValue(Threads) is < 1 or > 1024)
        {
            Console.Error.WriteLine("--runs is 1 to 1,000,000 and --threads 1 to 1,024.");
            return 2;
        }

        var attacks = Attack.All.Where(a => IsWanted(parsed.GetValue(Attacks), a.Name)).ToList();
        var policies = Policy.All.Where(p => IsWanted(parsed.GetValue(Policies), p.Name)).ToList();
        var isJson = parsed.GetValue(Json);
        if (!isJson)
        {
            Print(Table.Assumptions);
        }

        if (Ledger.TryOpen(parsed.GetValue(Results), out var error) is not { } ledger)
        {
            Console.Error.WriteLine(error);
            return 2;
        }

        var tallies = new List<Tally>();
        foreach (var attack in attacks)
        {
            var ofAttack = policies
                .Select(p => MonteCarlo.Run(attack, p, parsed.GetValue(Seed), RunsOf(parsed, attack, p), ledger, parsed.GetValue(Threads), cancellation)).ToList();
            tallies.AddRange(ofAttack);
            if (!isJson)
            {
                Print(Table.Lines(ofAttack));
            }
        }

        var verdicts = Table.Verdicts(tallies).ToList();
        if (isJson)
        {
            Console.WriteLine(Table.Json(tallies));
        }
        else if (verdicts.Count > 0)
        {
            Print(["", "Aims of meshara:", .. verdicts.Select(v => $"  {v.Line}")]);
        }

        if (parsed.GetValue(PlotFile) is { } file)
        {
            File.WriteAllText(file.FullName, Plot.Svg(tallies));
        }

        return verdicts.All(v => v.IsReached) ? 0 : 1;
    }

    private static int RunsOf(ParseResult parsed, Attack attack, Policy policy) => parsed.GetValue(Runs)
        ?? (parsed.GetValue(Quick) ? QuickRuns : policy == Policy.All[0] ? attack.Runs : Math.Min(attack.Runs, BaselineRuns));

    private static bool IsWanted(string[]? names, string name) => names is null or [] || names.Contains(name);

    private static void Print(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }
    }
}
