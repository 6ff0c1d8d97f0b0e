using System.Text.Json;
using System.Xml.Linq;
using Meshara.Simulation.Eclipse.Model;
using Meshara.Simulation.Eclipse.Output;
using Meshara.Simulation.Eclipse.Policies;
using Shouldly;
using Xunit;

namespace Meshara.Simulation.Specs.Eclipse;

public sealed class OutputSpec
{
    [Theory]
    [InlineData(0, 3000, 0, 0.00128)]
    [InlineData(5, 10, 0.2366, 0.7634)]
    [InlineData(10, 10, 0.7225, 1)]
    [InlineData(1, 100, 0.00177, 0.05449)]
    public void The_interval_of_a_probability_is_wilsons(int hits, int runs, double low, double high)
    {
        var estimate = Estimate.OfProportion(hits, runs);

        estimate.Value.ShouldBe(hits / (double)runs);
        estimate.Low.ShouldBe(low, 0.0001);
        estimate.High.ShouldBe(high, 0.0001);
    }

    [Fact]
    public void The_interval_of_a_mean_narrows_with_the_runs_and_stays_within_bounds()
    {
        var few = Estimate.OfMean([0, 1, 0, 1]);
        var many = Estimate.OfMean([.. Enumerable.Range(0, 400).Select(n => n % 2.0)]);

        (few.Value, many.Value).ShouldBe((0.5, 0.5));
        (many.High - many.Low).ShouldBe(0.098, 0.001);
        (few.Low, few.High).ShouldBe((0, 1));
    }

    [Fact]
    public void The_picture_is_well_formed_names_everything_and_is_small()
    {
        var tallies = SomeTallies();
        var svg = Plot.Svg(tallies);
        var picture = XDocument.Parse(svg);

        var words = picture.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
        foreach (var tally in tallies)
        {
            words.ShouldContain(tally.Attack);
            words.ShouldContain(tally.Policy);
        }

        picture.Descendants().Count(e => e.Name.LocalName == "rect").ShouldBe(1 + (tallies.Count * 2));
        svg.Length.ShouldBeLessThan(100_000);
        picture.Root!.Value.ShouldContain("not a measurement of other programs");
    }

    [Fact]
    public void The_table_has_a_line_for_each_and_the_json_the_same_figures()
    {
        var tallies = SomeTallies();
        using var json = JsonDocument.Parse(Table.Json(tallies));

        Table.Lines(tallies).Count(l => l.Contains(" % [", StringComparison.Ordinal)).ShouldBe(tallies.Count);
        json.RootElement.GetProperty("schema").GetInt32().ShouldBe(1);
        json.RootElement.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("eclipses").GetInt32()).ShouldBe(tallies.Select(t => t.Eclipses));
    }

    [Fact]
    public void An_aim_that_is_missed_is_said_to_be()
    {
        var attack = Attack.All.Single(a => a.Name == "botnet-4600");
        Outcome safe = new(8, 2, 30, 20), eclipsed = new(8, 8, 30, 30);

        Table.Verdicts([Tally.Of(attack, "meshara", 1, [safe, safe])]).ShouldHaveSingleItem().IsReached.ShouldBeTrue();
        Table.Verdicts([Tally.Of(attack, "meshara", 1, [safe, eclipsed])]).ShouldHaveSingleItem().IsReached.ShouldBeFalse();
        Table.Verdicts([Tally.Of(attack, "random", 1, [eclipsed])]).ShouldBeEmpty();
    }

    [Fact]
    public void What_a_file_holds_is_not_run_again_and_a_line_that_was_cut_off_is()
    {
        var file = new FileInfo(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()));
        try
        {
            var first = Ledger.TryOpen(file, out _)!;
            first.Take("a", "p", 1, _ => new Outcome(8, 1, 9, 2));
            first.Take("a", "p", 2, _ => new Outcome(8, 3, 9, 4));
            File.WriteAllText(file.FullName, File.ReadAllText(file.FullName)[..^2]);
            file.Refresh();

            var second = Ledger.TryOpen(file, out _)!;
            second.Take("a", "p", 1, _ => throw new InvalidOperationException("It is known.")).ShouldBe(new Outcome(8, 1, 9, 2));
            second.Take("a", "p", 2, _ => new Outcome(5, 5, 5, 5)).ShouldBe(new Outcome(5, 5, 5, 5));
            file.Refresh();
            Ledger.TryOpen(file, out _)!.Take("a", "p", 2, _ => default).ShouldBe(new Outcome(5, 5, 5, 5));

            File.WriteAllText(file.FullName, "# another build\n");
            file.Refresh();
            Ledger.TryOpen(file, out var error).ShouldBeNull();
            error.ShouldNotBeNull().ShouldContain(file.FullName);
        }
        finally
        {
            file.Delete();
        }
    }

    private static List<Tally> SomeTallies() =>
        [.. from attack in Attack.All from policy in Policy.All select Tally.Of(attack, policy.Name, 1, [new Outcome(8, 2, 30, 20), new Outcome(8, 8, 30, 30)])];
}
