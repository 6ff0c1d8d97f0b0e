using System.Globalization;
using System.Net;
using System.Text;
using Meshara.Simulation.Eclipse.Policies;

namespace Meshara.Simulation.Eclipse.Output;

/// <summary>The results as a picture that stands alone, for light and dark pages: two bars for each policy under each attack.</summary>
internal static class Plot
{
    private const int Width = 860;
    private const int NameEnds = 118;
    private const int FirstChart = 130;
    private const int SecondChart = 500;
    private const int ChartWidth = 240;
    private const int RowHeight = 18;
    private const int HeadHeight = 26;
    private const int Top = 64;

    public static string Svg(IReadOnlyCollection<Tally> tallies)
    {
        var attacks = tallies.GroupBy(t => t.Attack).ToList();
        var height = Top + attacks.Sum(a => HeadHeight + (a.Count() * RowHeight)) + 44;
        var svg = new StringBuilder();
        Add(svg, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}" role="img" aria-labelledby="title">
            <title id="title">Eclipse attacks in a model of peer policies: probability of full eclipse, and outbound slots taken</title>
            <style>
            svg {"{"} --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --ours: #0969da; --other: #8c959f; --back: #ffffff {"}"}
            @media (prefers-color-scheme: dark) {"{"} svg {"{"} --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --ours: #4493f8; --other: #656c76; --back: #0d1117 {"}"} {"}"}
            text {"{"} font: 12px system-ui, sans-serif; fill: var(--ink) {"}"} .soft {"{"} fill: var(--soft) {"}"} .head {"{"} font-weight: 600 {"}"} .end {"{"} text-anchor: end {"}"}
            .ours {"{"} fill: var(--ours) {"}"} .other {"{"} fill: var(--other) {"}"} line {"{"} stroke: var(--line) {"}"} .ci {"{"} stroke: var(--ink) {"}"}
            </style>
            <rect width="{Width}" height="{height}" fill="var(--back)"/>
            <text class="head" x="{FirstChart}" y="20">Fully eclipsed, % of runs</text>
            <text class="head" x="{SecondChart}" y="20">Outbound slots taken, mean %</text>

            """);
        foreach (var chart in (int[])[FirstChart, SecondChart])
        {
            for (var percent = 0; percent <= 100; percent += 25)
            {
                var x = chart + (ChartWidth * percent / 100);
                Add(svg, $"""<line x1="{x}" y1="42" x2="{x}" y2="{height - 40}"/><text class="soft" text-anchor="middle" x="{x}" y="37">{percent}</text>""");
            }

            svg.Append('\n');
        }

        var y = Top;
        foreach (var attack in attacks)
        {
            Add(svg, $"""<text class="head" x="10" y="{y}">{WebUtility.HtmlEncode(attack.Key)}</text>{'\n'}""");
            y += HeadHeight - 8;
            foreach (var t in attack)
            {
                var kind = t.Policy == Policy.All[0].Name ? "ours" : "other";
                Add(svg, $"""<text class="end" x="{NameEnds}" y="{y}">{WebUtility.HtmlEncode(t.Policy)}</text>""");
                Bar(svg, FirstChart, y, kind, t.Eclipsed, $"{t.Eclipsed.Value * 100:0.0#}  of {t.Runs}");
                Bar(svg, SecondChart, y, kind, t.OutboundTaken, $"{t.OutboundTaken.Value * 100:0.0}");
                svg.Append('\n');
                y += RowHeight;
            }

            y += 8;
        }

        Add(svg, $"""
            <text class="soft" x="10" y="{height - 18}">A model of policies, not a measurement of other programs. Whiskers: 95 % confidence. Seeds from {tallies.Select(t => t.FirstSeed).FirstOrDefault()} on.</text>
            </svg>

            """);
        return svg.ToString();
    }

    private static void Bar(StringBuilder svg, int chart, int y, string kind, Estimate e, FormattableString label)
    {
        double X(double share) => chart + (ChartWidth * share);
        Add(svg, $"""<rect class="{kind}" x="{chart}" y="{y - 10}" width="{ChartWidth * e.Value:0.#}" height="11"/>""");
        Add(svg, $"""<line class="ci" x1="{X(e.Low):0.#}" y1="{y - 4}" x2="{X(e.High):0.#}" y2="{y - 4}"/>""");
        Add(svg, $"""<text class="soft" x="{chart + ChartWidth + 8}" y="{y}">{label.ToString(CultureInfo.InvariantCulture)}</text>""");
    }

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
