using System.Globalization;
using System.Text.Json;

namespace Meshara.Benchmarks.Tables;

/// <summary>Runs benchmarks and prints what they tell: Markdown as it comes, or JSON lines.</summary>
internal static class Table
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The figures that are far from their aims.</summary>
    public static async Task<IReadOnlyList<Figure>> PrintAsync(IEnumerable<IBenchmark> benchmarks, Scale scale, bool json)
    {
        var farOff = new List<Figure>();
        if (!json)
        {
            Console.WriteLine("| figure | ours | ceiling, same run | ratio | aim | met |");
            Console.WriteLine("|---|---|---|---|---|---|");
        }

        foreach (var benchmark in benchmarks)
        {
            await foreach (var figure in benchmark.MeasureAsync(scale))
            {
                Console.WriteLine(json ? JsonOf(benchmark, figure) : MarkdownOf(figure));
                if (figure.IsFarOff)
                {
                    farOff.Add(figure);
                }
            }
        }

        return farOff;
    }

    /// <summary>Three significant digits: what is noise on a shared machine is not printed.</summary>
    public static string Number(double value)
    {
        var digits = value == 0 ? 2 : 2 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits > 0
            ? Math.Round(value, Math.Min(digits, 6)).ToString("0.######", CultureInfo.InvariantCulture)
            : Math.Round(value).ToString("#,0", CultureInfo.InvariantCulture);
    }

    private static string MarkdownOf(Figure f)
    {
        var name = f.Note.Length == 0 ? f.Name : $"{f.Name} ({f.Note})";
        var ceiling = f.Ceiling is { } c ? $"{Number(c)} {f.Unit}" : "-";
        var ratio = f.Ratio is { } r ? Number(r) : "-";
        return $"| {name} | {Number(f.Ours)} {f.Unit} | {ceiling} | {ratio} | {AimOf(f)} | {(f.IsMet is { } met ? (met ? "yes" : "**no**") : "-")} |";
    }

    private static string AimOf(Figure f) => f.Aim is { } aim
        ? $"{(aim.AtLeast ? ">=" : "<=")} {Number(aim.Bound)}{(aim.OfRatio ? "" : $" {f.Unit}")}"
        : "-";

    private static string JsonOf(IBenchmark benchmark, Figure f) => JsonSerializer.Serialize(
        new
        {
            Schema = 1, Benchmark = benchmark.Name, Figure = f.Name, f.Note, f.Unit, f.Ours, f.Ceiling, f.Ratio, Aim = f.Aim is null ? null : AimOf(f), Met = f.IsMet,
        },
        Json);
}
