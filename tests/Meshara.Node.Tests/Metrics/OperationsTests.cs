using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Meshara.Actors.Telemetry;
using Meshara.Core.Peers;
using Meshara.Node.Metrics;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Metrics;

/// <summary>The dashboard and the alert rules speak of metrics, labels and reasons that there are.</summary>
public sealed partial class OperationsTests
{
    private static readonly string[] Dashboard = File.ReadAllLines(Operations.Dashboard);
    private static readonly string[] Alerts = File.ReadAllLines(Operations.Alerts);

    [Fact]
    public void Every_metric_and_label_that_is_named_exists()
    {
        using var scrapes = new Scrapes(TimeProvider.System);
        var runtime = scrapes.Take().Split('\n').Where(l => l.StartsWith("# TYPE dotnet_", StringComparison.Ordinal)).Select(l => l.Split(' ')[2]);
        var metrics = Instruments.All.SelectMany(i => NamesOf(i.Instrument)).Concat(runtime).ToHashSet();
        var labels = Instruments.All.SelectMany(i => i.Labels).Append(Labels.Node).Select(l => PrometheusText.NameOf(l, null, false, false)).ToHashSet();

        var named = Dashboard.Concat(Alerts).SelectMany(l => Name().Matches(l)).Select(m => m.Value).ToHashSet();

        named.Count.ShouldBeGreaterThan(20);
        named.Except(metrics).Except(labels).ShouldBeEmpty();
    }

    [Fact]
    public void Every_instrument_is_on_the_dashboard() => Instruments.All
        .Where(i => !NamesOf(i.Instrument).Any(n => Dashboard.Any(l => l.Contains(n, StringComparison.Ordinal))))
        .Select(i => i.Instrument.Name).ShouldBeEmpty();

    [Fact]
    public void Every_reason_that_an_alert_names_exists()
    {
        var named = Alerts.SelectMany(l => Outcome().Matches(l)).Select(m => m.Groups[1].Value).ToList();

        named.ShouldNotBeEmpty();
        named.Where(n => !Reasons.TryParse(n, out _)).ShouldBeEmpty();
    }

    [Fact]
    public void The_dashboard_has_panels_with_one_id_each_that_do_not_overlap()
    {
        var panels = JsonNode.Parse(string.Join('\n', Dashboard))!["panels"]!.AsArray();
        var cells = panels.SelectMany(p =>
        {
            var (at, x, y) = (p!["gridPos"]!, p["gridPos"]!["x"]!.GetValue<int>(), p["gridPos"]!["y"]!.GetValue<int>());
            (x + at["w"]!.GetValue<int>()).ShouldBeLessThanOrEqualTo(24);
            return from i in Enumerable.Range(x, at["w"]!.GetValue<int>()) from j in Enumerable.Range(y, at["h"]!.GetValue<int>()) select (i, j);
        }).ToList();

        panels.Select(p => p!["id"]!.GetValue<int>()).ShouldBeUnique();
        cells.ShouldBeUnique();
    }

    private static IEnumerable<string> NamesOf(Instrument instrument)
    {
        var name = PrometheusText.NameOf(
            instrument.Name, instrument.Unit, instrument is ObservableCounter<long>, instrument is ObservableGauge<double>);
        return instrument is Histogram<double> ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : [name];
    }

    [GeneratedRegex("(meshara|dotnet|network)_[a-z_]+")]
    private static partial Regex Name();

    [GeneratedRegex("meshara_(?:outcome|reason)=\"([a-z-]+)\"")]
    private static partial Regex Outcome();
}
