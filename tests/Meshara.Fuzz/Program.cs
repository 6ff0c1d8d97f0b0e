using System.CommandLine;
using Meshara.Fuzz;
using Meshara.Fuzz.Guidance;

var target = new Option<string>("--target") { Description = "Which parser; all of them in turn if none is given" };
target.AcceptOnlyFromAmong([.. Target.All.Select(t => t.Name)]);
var time = new Option<string>("--for") { DefaultValueFactory = _ => "1m", Description = "How long each is fuzzed: 30s, 10m, 1h, 1d" };
var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1, Description = "The inputs that are made follow from it" };
var findings = new Option<string>("--findings") { DefaultValueFactory = _ => Path.Combine("artifacts", "fuzz"), Description = "The folder for inputs that show a fault" };
var keep = new Option<string?>("--keep") { Description = "The corpus folder of the repository (tests/Meshara.Fuzz/corpus): few short inputs with all ways that were found are written there" };
var replay = new Option<string?>("--replay") { Description = "A file with one input, which the target reads once" };
var list = new Option<bool>("--list") { Description = "Tells what the targets are" };
var command = new RootCommand("Fuzzes every parser that a stranger reaches, guided by coverage. Exit 1 if a fault was found.")
{
    target, time, seed, findings, keep, replay, list,
};
command.SetAction(parsed =>
{
    var chosen = Target.All.Where(t => parsed.GetValue(target) is not { } name || t.Name == name).ToList();
    if (parsed.GetValue(list))
    {
        chosen.ForEach(t => Console.WriteLine($"{t.Name,-16} {t.What}"));
        return 0;
    }

    if (parsed.GetValue(replay) is { } path)
    {
        return chosen.Count == 1 && File.Exists(path) ? Replay(chosen[0], File.ReadAllBytes(path)) : Wrong("--replay wants a file and a --target.");
    }

    return Meshara.Node.Commands.Duration.TryParse(parsed.GetValue(time), TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), out var length, out var error)
        ? Fuzz(chosen, length, parsed.GetValue(seed), Path.GetFullPath(parsed.GetValue(findings)!), parsed.GetValue(keep))
        : Wrong(error);
});
return command.Parse(args).Invoke();

static int Fuzz(List<Target> targets, TimeSpan time, int seed, string findings, string? keep)
{
    using var context = new InstrumentedContext();
    var run = context.Copy(typeof(Campaign)).GetMethod(nameof(Campaign.Run), [typeof(string), typeof(int), typeof(TimeSpan), typeof(string), typeof(string), typeof(Action<string>)])!;
    var faults = 0;
    foreach (var target in targets)
    {
        var (line, found) = ((string, int))run.Invoke(null, [target.Name, seed, time, findings, keep, (Action<string>)(told => Console.Error.WriteLine(told))])!;
        Console.WriteLine(line);
        faults += found;
    }

    return faults == 0 ? 0 : 1;
}

static int Replay(Target target, byte[] input)
{
    var flaw = Trial.Run(target, input);
    Console.WriteLine(flaw?.Text ?? $"{target.Name} reads these {input.Length} bytes as it should.");
    return flaw is null ? 0 : 1;
}

static int Wrong(string message)
{
    Console.Error.WriteLine(message);
    return 2;
}
