using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Meshara.Actors;

namespace Meshara.Page.Views;

/// <summary>One entry of the history on the curve.</summary>
internal sealed record CurvePoint(double X, double Y, ReputationChange Change);

/// <summary>How a score came about, as a curve: it falls or rises at each entry, and drifts towards 0 between them.</summary>
internal sealed record ScoreCurve(string Path, ImmutableArray<CurvePoint> Points, double ZeroY)
{
    public const double Width = 320, Height = 110;

    private const double Margin = 8;

    /// <summary>Null where nothing has happened yet.</summary>
    public static ScoreCurve? Of(ImmutableArray<ReputationChange> history, double scoreNow, DateTimeOffset now)
    {
        if (history.IsEmpty)
        {
            return null;
        }

        var from = history[0].At;
        var span = Math.Max((now - from).TotalSeconds, 1);
        var (low, high) = (Math.Min(-10, history.Min(h => h.Score)), Math.Max(10, history.Max(h => h.Score)));
        double X(DateTimeOffset at) => Margin + ((Width - (2 * Margin)) * Math.Clamp((at - from).TotalSeconds / span, 0, 1));
        double Y(double score) => Margin + ((Height - (2 * Margin)) * (high - score) / (high - low));

        var path = new StringBuilder();
        foreach (var change in history)
        {
            // What it was just before, by then: the entry moved it by its delta.
            var x = X(change.At);
            Append(path, path.Length == 0 ? 'M' : 'L', x, Y(Math.Clamp(change.Score - change.Delta, low, high)));
            Append(path, 'L', x, Y(change.Score));
        }

        Append(path, 'L', X(now), Y(Math.Clamp(scoreNow, low, high)));
        return new ScoreCurve(path.ToString(), [.. history.Select(h => new CurvePoint(X(h.At), Y(h.Score), h))], Y(0));
    }

    private static void Append(StringBuilder path, char step, double x, double y) =>
        path.Append(CultureInfo.InvariantCulture, $"{step}{x:0.#} {y:0.#}");
}
