using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Meshara.Benchmarks.Growth;

/// <summary>A growth as a picture: both axes logarithmic, so that what grows in proportion is a straight line of one slope.</summary>
internal static class Plot
{
    private const double Width = 640, Height = 360;

    /// <summary>A zero has no place on a logarithmic axis.</summary>
    private const double Least = 0.001;

    private static readonly (string Name, OxyColor Color)[] Colors =
        [("blue", OxyColor.FromRgb(0x09, 0x69, 0xda)), ("orange", OxyColor.FromRgb(0xbc, 0x4c, 0x00)), ("green", OxyColor.FromRgb(0x1a, 0x7f, 0x37))];

    public static string Svg(Growth growth)
    {
        // No legend: the exporter cuts its names off by the width of a font that many browsers do not have.
        var model = new PlotModel
        {
            Title = $"Cost by number of {growth.Axis}",
            Subtitle = string.Join("; ", growth.Curves.Zip(Colors, (curve, color) => $"{curve.Name} ({color.Name})")),
            TitleFontSize = 14,
            SubtitleFontSize = 12,
            Background = OxyColors.White,
            PlotAreaBorderColor = OxyColors.LightGray,
        };
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = growth.Axis, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColors.LightGray });
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColors.LightGray });
        foreach (var (curve, (_, color)) in growth.Curves.Zip(Colors))
        {
            var series = new LineSeries { Color = color, MarkerType = MarkerType.Circle, MarkerFill = color };
            series.Points.AddRange(growth.Counts.Zip(curve.Values, (x, y) => new DataPoint(x, Math.Max(y, Least))));
            model.Series.Add(series);
        }

        using var svg = new MemoryStream();
        new SvgExporter { Width = Width, Height = Height }.Export(model, svg);
        return System.Text.Encoding.UTF8.GetString(svg.ToArray());
    }
}
