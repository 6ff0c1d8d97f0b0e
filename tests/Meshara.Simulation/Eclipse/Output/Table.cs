using System.Globalization;
using System.Text.Json;
using Meshara.Simulation.Eclipse.Model;
using Meshara.Simulation.Eclipse.Policies;

namespace Meshara.Simulation.Eclipse.Output;

/// <summary>The results as text and as JSON.</summary>
internal static class Table
{
    /// <summary>What the model takes for granted; it stands above every table.</summary>
    public static IEnumerable<string> Assumptions { get; } =
    [
        "A model of policies, on virtual time: no other program was run or measured. `meshara` is this node's own code for the address book, the",
        "choice, the roster, the eviction and the store; the others are written from published descriptions. All meet the same hosts per seed.",
        $"The network    {HonestNetwork.Size:N0} honest hosts in at most {HonestNetwork.Groups:N0} groups, {HonestNetwork.Availability:P0} there at a time, {HonestNetwork.Full:P0} of them full; they dial the victim",
        $"               once in {Trial.HonestDialEvery.TotalMinutes:0} min together and stay {HonestNetwork.Stay.TotalHours:0} h on average; {HonestNetwork.Stale:P0} of what they tell is outdated; they tell of no attacker.",
        "The victim     4 h old when the attack begins; nobody it is configured with, no bootstrap node and no DNS seed helps it afterwards.",
        "The attacker   knows the policy but no secret; behaves, scores and answers pings like the best; of what it tells half is its own, half made up;",
        $"               once the victim is back after {Trial.Downtime.TotalMinutes:0} min, it dials ten times a second for half a minute, and never leaves again.",
        $"The figures    {Trial.Aftermath.TotalHours:0} h after the restart. Eclipsed: none of the peers that the victim chose is honest (honest ones that dialled it do not count).",
        "               95 % confidence: Wilson for the eclipses, normal for the mean shares.",
    ];

    public static IEnumerable<string> Lines(IEnumerable<Tally> tallies)
    {
        foreach (var attack in tallies.GroupBy(t => t.Attack))
        {
            yield return "";
            yield return $"{attack.Key}: {Attack.All.FirstOrDefault(a => a.Name == attack.Key)?.What}";
            yield return $"  {"POLICY",-14}{"SEEDS",-12}{"ECLIPSED",-30}{"OUTBOUND TAKEN",-24}ALL TAKEN";
            foreach (var t in attack)
            {
                var seeds = Number($"{t.FirstSeed}..{t.FirstSeed + t.Runs - 1}");
                var eclipsed = Number($"{t.Eclipses} = {Percent(t.Eclipsed)}");
                yield return $"  {t.Policy,-14}{seeds,-12}{eclipsed,-30}{Percent(t.OutboundTaken),-24}{Percent(t.Taken)}";
            }
        }
    }

    public static IEnumerable<(string Line, bool IsReached)> Verdicts(IReadOnlyCollection<Tally> tallies) =>
        from aim in Aim.All
        from t in tallies
        where t.Attack == aim.Attack && t.Policy == Policy.All[0].Name
        let reached = aim.IsReached(t)
        select (Number($"{t.Attack}, {aim.What}: {(reached ? "reached" : "MISSED")} ({t.Eclipses} of {t.Runs} eclipsed, {t.OutboundTaken.Value * 100:0.0} % of the outbound slots)"), reached);

    public static string Json(IReadOnlyCollection<Tally> tallies) => JsonSerializer.Serialize(
        new
        {
            Schema = 1,
            Assumptions = Assumptions.ToArray(),
            Results = tallies,
            Aims = Verdicts(tallies).Select(v => new { Aim = v.Line, Reached = v.IsReached }).ToArray(),
        },
        JsonSerializerOptions.Web);

    private static string Percent(Estimate e) => Number($"{e.Value * 100:0.0##} % [{e.Low * 100:0.0#}, {e.High * 100:0.0#}]");

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
