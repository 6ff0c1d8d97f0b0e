using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Meshara.Node.Commands;

/// <summary>A time as a person writes it, and as it stands in HOCON: 30s, 10m, 1h, 7d.</summary>
internal static class Duration
{
    private static readonly (string Unit, double Seconds)[] Units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];

    /// <summary>Reads a time from <paramref name="least"/> to <paramref name="most"/>; otherwise <paramref name="error"/> says what is wrong.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text, TimeSpan least, TimeSpan most, out TimeSpan time, [NotNullWhen(false)] out string? error)
    {
        (time, error) = (TimeSpan.Zero, null);
        var (unit, seconds) = Units.FirstOrDefault(u => text?.EndsWith(u.Unit, StringComparison.Ordinal) == true);
        if (unit is null || !double.TryParse(text![..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            error = $"'{text}' is no time; a time is a number and a unit, such as 30s, 10m, 1h or 7d.";
        }
        else if (number * seconds < least.TotalSeconds || number * seconds > most.TotalSeconds)
        {
            error = $"'{text}' is too short or too long; a time here is {least.TotalSeconds:0}s to {most.TotalDays:0}d.";
        }
        else
        {
            time = TimeSpan.FromSeconds(number * seconds);
        }

        return error is null;
    }
}
