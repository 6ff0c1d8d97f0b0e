using System.Collections.Concurrent;
using System.Globalization;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Output;

/// <summary>
/// Outcomes that are known already, in memory or in a file of lines: attack, policy, seed, and the four counts. Hours of computing can be
/// cut off at any moment; a line that was cut is computed again.
/// </summary>
internal sealed class Ledger
{
    /// <summary>Raised when the model changes: outcomes of another model are worth nothing.</summary>
    private const int Model = 1;

    private readonly ConcurrentDictionary<(string Attack, string Policy, int Seed), Outcome> _outcomes = new();
    private readonly Lock _writing = new();
    private readonly string? _file;

    public Ledger()
    {
    }

    private Ledger(string file) => _file = file;

    /// <summary>What the outcomes follow from beside the seed: the model, and this node's code.</summary>
    private static string Head =>
        $"# eclipse model {Model} core {typeof(AddressBook).Module.ModuleVersionId:N} actors {typeof(PeerStoreDecisions).Module.ModuleVersionId:N}";

    /// <returns>Null, with what is wrong, if the file's outcomes are of another build.</returns>
    public static Ledger? TryOpen(FileInfo? file, out string? error)
    {
        error = null;
        if (file is null)
        {
            return new Ledger();
        }

        var ledger = new Ledger(file.FullName);
        if (!file.Exists)
        {
            File.WriteAllText(file.FullName, Head + "\n");
            return ledger;
        }

        var text = File.ReadAllText(file.FullName);
        var lines = text.Split('\n');
        if (lines[0] != Head)
        {
            error = $"{file.FullName} holds outcomes of another build; give another file, or delete it.";
            return null;
        }

        foreach (var line in lines.Skip(1).SkipLast(1))
        {
            ledger.Read(line);
        }

        if (!text.EndsWith('\n'))
        {
            File.AppendAllText(file.FullName, "\n");
        }

        return ledger;
    }

    public Outcome Take(string attack, string policy, int seed, Func<int, Outcome> run)
    {
        if (_outcomes.TryGetValue((attack, policy, seed), out var known))
        {
            return known;
        }

        var outcome = _outcomes[(attack, policy, seed)] = run(seed);
        if (_file is not null)
        {
            lock (_writing)
            {
                File.AppendAllText(_file, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{attack} {policy} {seed} {outcome.Outbound} {outcome.HostileOutbound} {outcome.All} {outcome.HostileAll}\n"));
            }
        }

        return outcome;
    }

    private void Read(string line)
    {
        var words = line.Split(' ');
        if (words.Length == 7 && words[2..].All(w => int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            var counts = words[2..].Select(w => int.Parse(w, CultureInfo.InvariantCulture)).ToArray();
            _outcomes[(words[0], words[1], counts[0])] = new Outcome(counts[1], counts[2], counts[3], counts[4]);
        }
    }
}
